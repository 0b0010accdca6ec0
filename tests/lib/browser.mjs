// Chromium for the tests of the web app.
import { chromium } from "playwright-core";

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
      // A page lives for a second here: optimizing its code takes more time than it saves.
      "--js-flags=--no-opt --no-maglev",
    ],
  });

/** Signs a browser in as the user of `session` (wick.signIn). */
export async function giveSession(context, session) {
  const [name, value] = session.cookie.split("=");
  await context.addCookies([{ name, value, url: session.wick.url }]);
}

/** The home page in a separate browser, signed in. */
export async function signedInPage(browser, wick, email = "ann@example.com") {
  const context = await browser.newContext();
  await giveSession(context, await wick.signIn(email));
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  await page.goto(wick.url);
  await page.getByRole("navigation", { name: "Main" }).waitFor();
  return page;
}

/** Opens a page without a cache. Returns the number of bytes until the network was idle, and the requested paths. */
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
