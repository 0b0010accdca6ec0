// The second factor in the web app: set up, used, kept, reset; on a phone, in both colour schemes, by keyboard.
import assert from "node:assert/strict";
import fs from "node:fs";
import { after, before, test } from "node:test";
import { axe } from "../lib/axe.mjs";
import { launch, signedInPage } from "../lib/browser.mjs";
import { readQrCode } from "../lib/qr.mjs";
import { Authenticator, enrol } from "../lib/totp.mjs";
import { Wick, password, remember } from "../lib/wick.mjs";

let wick,
  admin,
  browser,
  people = 0;
before(async () => {
  wick = await Wick.start();
  admin = await wick.signIn();
  browser = await launch();
});
after(async () => {
  await browser.close();
  await wick.stop();
});

async function person(server = wick) {
  const email = `person${++people}@example.com`;
  const { id } = server.createUser(email, `Person ${people}`);
  return { email, id };
}
async function open(server, options = {}) {
  const page = await (await browser.newContext(options)).newPage();
  page.setDefaultTimeout(20_000);
  page.violations = [];
  page.on(
    "console",
    (message) =>
      message.type() === "error" &&
      /Content Security Policy/.test(message.text()) &&
      page.violations.push(message.text()),
  );
  return page;
}
async function enterPassword(page, email, secret = password) {
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").first().fill(secret);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}
const codeField = (page) => page.getByRole("textbox", { name: "Code" });
const button = (page, name) => page.getByRole("button", { name, exact: true });
async function press(page, name) {
  const answered = page.waitForResponse(
    (response) => response.request().method() === "POST" && response.url().includes("/second-factor"),
  );
  await button(page, name).click();
  return { status: (await answered).status() };
}
const give = (page, app, name) => app.spend(async (code) => (await codeField(page).fill(code), press(page, name)));

/** From the dialog or page that asks for the password to the recovery codes. */
async function setUp(page, within = page) {
  await within.getByLabel("Password").first().fill(password);
  await page.keyboard.press("Enter");
  const picture = page.getByRole("img", { name: /QR code/ });
  await picture.waitFor();
  const key = await page.getByLabel("Key", { exact: true }).textContent();
  const app = new Authenticator(key.trim());
  const uri = await readQrCode(browser, picture);
  assert.match(uri ?? "no QR code was read", new RegExp(`^otpauth://totp/.*secret=${key.trim()}&`));
  assert.deepEqual(await axe(page), []);
  await give(page, app, "Turn on");
  const list = page.getByTestId("recovery-codes").getByRole("listitem");
  await list.first().waitFor();
  const codes = await list.allTextContents();
  codes.forEach((code) => remember("secrets", code));
  assert.equal(codes.length, 10);
  assert.deepEqual(await axe(page), []);
  return { app, codes };
}

for (const [name, options] of [
  ["a desktop", { viewport: { width: 1280, height: 800 } }],
  ["a phone in the dark", { viewport: { width: 390, height: 844 }, colorScheme: "dark" }],
]) {
  test(`on ${name} it is set up from the profile, and the recovery codes stay until their button closes them`, async () => {
    const { email } = await person();
    const page = await open(wick, options);
    await page.goto(`${wick.url}/sign-in`);
    await enterPassword(page, email);
    await page.waitForURL(`${wick.url}/`);
    await page.goto(`${wick.url}/profile`);
    await button(page, "Set up").click();
    const { codes } = await setUp(page, page.getByRole("dialog"));
    await page.keyboard.press("Escape");
    await page.mouse.click(2, 2);
    assert.equal(await page.getByTestId("recovery-codes").isVisible(), true);
    const downloaded = page.waitForEvent("download");
    await button(page, "Download").click();
    const file = await downloaded;
    assert.match(file.suggestedFilename(), /^wick-recovery-codes-.*\.txt$/);
    const text = fs.readFileSync(await file.path(), "utf8");
    for (const code of codes) assert.ok(text.includes(code));
    await button(page, "I have saved them").click();
    await page.getByText("10 recovery codes left").waitFor();
    assert.equal(await page.getByTestId("recovery-codes").count(), 0);
    assert.deepEqual(await axe(page), []);
    assert.equal(
      await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
      true,
      "nothing is wider than the screen",
    );
    assert.deepEqual(page.violations, []);
    await page.context().close();
  });
}

test("sign-in asks for the code after the password, says what is wrong, and leads to where one was going", async () => {
  const { email } = await person();
  const { app, recovery } = await enrol(await wick.signIn(email));
  const page = await open(wick, { viewport: { width: 390, height: 844 } });
  await page.goto(`${wick.url}/device?user_code=BCDF-GHJK`);
  await page.waitForURL(/\/sign-in\?next=/);
  await enterPassword(page, email);
  await codeField(page).waitFor();
  assert.equal(
    await codeField(page).evaluate((field) => field === document.activeElement),
    true,
    "one may type at once",
  );
  assert.deepEqual(
    [await codeField(page).getAttribute("autocomplete"), await codeField(page).getAttribute("inputmode")],
    ["one-time-code", "numeric"],
  );
  assert.deepEqual(await axe(page), []);
  await page.keyboard.type(app.wrong());
  await page.keyboard.press("Enter");
  await page.getByRole("alert").getByText("The code is wrong or was used already").waitFor();
  assert.equal(await codeField(page).inputValue(), "");
  assert.deepEqual(await axe(page), []);
  await give(page, app, "Continue");
  await page.getByRole("heading", { name: "Connect a device" }).waitFor();
  assert.match(page.url(), /\/device\?user_code=BCDF-GHJK$/);
  await page.context().close();

  const other = await open(wick);
  await other.goto(`${wick.url}/sign-in`);
  await enterPassword(other, email);
  await button(other, "Use a recovery code").click();
  await other.getByRole("textbox", { name: "Recovery code" }).fill(recovery[0].toUpperCase());
  await other.keyboard.press("Enter");
  await other.waitForURL(`${wick.url}/`);
  await other.context().close();
});

test("a first step that has expired leads back to the password and says so", async () => {
  const { email } = await person();
  const { app } = await enrol(await wick.signIn(email));
  const page = await open(wick);
  await page.goto(`${wick.url}/sign-in`);
  await enterPassword(page, email);
  await codeField(page).waitFor();
  await page.context().clearCookies();
  await codeField(page).fill(app.codeAt(0));
  await button(page, "Continue").click();
  await page.getByRole("alert").getByText("start again with your password").waitFor();
  await page.getByLabel("Email").waitFor();
  await page.context().close();
});

test("it is turned off, and new recovery codes are made, with the password and a code", async () => {
  const { email } = await person();
  const { recovery } = await enrol(await wick.signIn(email));
  const page = await open(wick);
  await page.goto(`${wick.url}/sign-in?next=/profile`);
  await enterPassword(page, email);
  const byRecovery = async (code) => {
    await button(page, "Use a recovery code").click();
    await page.getByRole("textbox", { name: "Recovery code" }).fill(code);
  };
  await byRecovery(recovery[0]);
  await page.keyboard.press("Enter");
  await page.getByText("9 recovery codes left").waitFor();
  await button(page, "New recovery codes").click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Password").first().fill("not the password");
  await byRecovery(recovery[1]);
  await dialog.getByRole("button", { name: "Create new codes" }).click();
  await dialog.getByRole("alert").getByText("The current password is wrong.").waitFor();
  assert.deepEqual(await axe(page), []);
  await dialog.getByLabel("Password").first().fill(password);
  await dialog.getByRole("button", { name: "Create new codes" }).click();
  const list = page.getByTestId("recovery-codes").getByRole("listitem");
  await list.first().waitFor();
  const codes = await list.allTextContents();
  codes.forEach((code) => remember("secrets", code));
  await button(page, "I have saved them").click();
  await page.getByText("10 recovery codes left").waitFor();
  await button(page, "Turn off").click();
  await dialog.getByLabel("Password").first().fill(password);
  await byRecovery(codes[0]);
  await dialog.getByRole("button", { name: "Turn off" }).click();
  await button(page, "Set up").waitFor();
  await page.context().close();
});

test("a required second factor must be set up before any page opens, then the requested page opens", async () => {
  const strict = await Wick.start({ args: ["--set", "sign_in.require_second_factor=all"] });
  const { email } = await person(strict);
  const page = await open(strict, { viewport: { width: 390, height: 844 } });
  await page.goto(`${strict.url}/profile/tokens`);
  await enterPassword(page, email);
  await page.getByRole("heading", { name: "Set up a second factor" }).waitFor();
  assert.deepEqual(await axe(page), []);
  await page.goto(`${strict.url}/history`);
  await page.getByRole("heading", { name: "Set up a second factor" }).waitFor();
  await setUp(page);
  // What a browser does when one comes back from another window.
  await page.evaluate(() => dispatchEvent(new Event("visibilitychange")));
  assert.equal(await page.getByTestId("recovery-codes").isVisible(), true);
  await button(page, "I have saved them").click();
  await page.getByRole("heading", { name: "History", exact: true }).waitFor();
  await page.context().close();
  await strict.stop();
});

test("an admin sees who has one and resets it", async () => {
  const { email } = await person();
  await enrol(await wick.signIn(email));
  const page = await signedInPage(browser, wick);
  await page.goto(`${wick.url}/admin/users?query=${encodeURIComponent(email)}`);
  await page.getByText("second factor", { exact: true }).waitFor();
  assert.deepEqual(await axe(page), []);
  await page.getByRole("button", { name: /^Actions for/ }).click();
  await page.getByRole("menuitem", { name: "Reset second factor" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Reset", exact: true }).click();
  await page.getByText("second factor", { exact: true }).waitFor({ state: "detached" });
  await wick.signIn(email);
  await page.context().close();
});

test("the page of a password reset asks for the code before it lets one in", async () => {
  const { email, id } = await person();
  const { app } = await enrol(await wick.signIn(email));
  const { url } = (await admin.post(`/admin/users/${id}/reset-password`)).body;
  remember("secrets", url.match(/#token=([0-9a-f]+)$/)[1]);
  const page = await open(wick);
  await page.goto(url);
  const fresh = `${password} fresh`;
  remember("secrets", fresh);
  await page.getByLabel("Password").first().fill(fresh);
  await button(page, "Set password and sign in").click();
  await page.getByText("Your new password is set.").waitFor();
  assert.deepEqual(await axe(page), []);
  await give(page, app, "Continue");
  await page.waitForURL(`${wick.url}/`);
  await page.context().close();
});
