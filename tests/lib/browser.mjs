// Chromium for the tests of what people see.
import { chromium } from "playwright-core";
import { password } from "./wick.mjs";

export const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium-headless-shell",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });

/** A page of a browser of its own, signed in through the web app. */
export async function signedInPage(browser, wick, email = "ann@example.com") {
  const page = await (await browser.newContext()).newPage();
  page.setDefaultTimeout(10_000);
  await page.goto(`${wick.url}/sign-in`);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").first().fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL(`${wick.url}/`);
  return page;
}

/** Opens a page without a cache: how many bytes came until the network was idle, and which paths were asked for. */
export async function firstLoad(page, url) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Network.enable");
  await devtools.send("Network.setCacheDisabled", { cacheDisabled: true });
  let bytes = 0;
  const asked = [];
  const note = (request) => asked.push(new URL(request.url()).pathname);
  devtools.on("Network.loadingFinished", ({ encodedDataLength }) => (bytes += encodedDataLength));
  page.on("request", note);
  await page.goto(url);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.waitForLoadState("networkidle");
  page.off("request", note);
  await devtools.detach();
  return { bytes, asked };
}
