// The web app on each screen: a desktop, a laptop and a phone, in light and in dark. looksRight() checks the conditions
// for all pages on all screens.
import assert from "node:assert/strict";
import path from "node:path";
import { after, before, test } from "node:test";
import { axe } from "./axe.mjs";
import { giveSession, launch } from "./browser.mjs";
import { longNames } from "./crowd.mjs";
import { Wick, until } from "./wick.mjs";

/** By width and color scheme; the narrow ones are touched. */
export const screens = [1440, 1280, 390].flatMap((width) =>
  ["light", "dark"].map((colorScheme) => ({
    width,
    colorScheme,
    isPhone: width < 500,
  })),
);

/** Someone's browser at this screen, for the server at `baseURL`; signed in if there is a session. */
async function contextAt(browser, { width, colorScheme, isPhone }, baseURL, session) {
  const context = await browser.newContext({
    baseURL,
    viewport: { width, height: 900 },
    colorScheme,
    reducedMotion: "reduce",
    isMobile: isPhone,
    hasTouch: isPhone,
    timezoneId: "Europe/Berlin",
  });
  context.setDefaultTimeout(20_000);
  if (session) await giveSession(context, session);
  return context;
}

/**
 * For a file of such tests, a Wick with the longest names (lib/crowd.mjs) and a browser: `prepare({wick, admin, app, connector})`
 * adds what the tests need. `onEachScreen(name, run)`: a test for each screen, `run(page, screen, another)`, with a page of its
 * own that must look right in the end. `another(session)` opens one in another browser.
 */
export function screenTests(prepare) {
  let wick, admin, browser;
  before(async () => {
    wick = await Wick.start();
    admin = await wick.signIn();
    await prepare({ wick, admin, ...(await longNames(wick, admin)) });
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await wick?.stop();
  });
  const contexts = new Map();
  const signedIn = (screen = screens[0]) => contextAt(browser, screen, wick.url, admin);
  const onEachScreen = (name, run) => {
    for (const screen of screens) {
      test(`${name} (${screen.width} px, ${screen.colorScheme})`, async () => {
        if (!contexts.has(screen)) contexts.set(screen, await signedIn(screen));
        const page = await contexts.get(screen).newPage();
        const problems = [];
        page.on("pageerror", (error) => problems.push(String(error)));
        page.on(
          "console",
          (message) =>
            message.type() === "error" &&
            !/^Failed to load resource/.test(message.text()) &&
            problems.push(message.text()),
        );
        const others = [];
        try {
          await run(page, screen, async (session) => {
            others.push(await contextAt(browser, screen, wick.url, session));
            return others.at(-1).newPage();
          });
          await looksRight(page);
          assert.deepEqual(problems, []);
        } finally {
          await Promise.all([page.close(), ...others.map((one) => one.close())]);
        }
      });
    }
  };
  /** A test with a page whose screen may change (`onEveryScreen`), in a browser of its own. */
  const onePage = (name, run) =>
    test(name, async () => {
      const context = await signedIn();
      try {
        await run(await context.newPage());
      } finally {
        await context.close();
      }
    });
  return { onEachScreen, onePage };
}

/**
 * Shows what is on this page now on each screen in turn, for `check(screen)`. With WICK_SCREENSHOTS=FOLDER in the environment
 * there is a picture of each in that folder.
 */
export async function forEachScreen(page, check, these = screens) {
  for (const screen of these) {
    await page.setViewportSize({ width: screen.width, height: 900 });
    await setColorScheme(page, screen.colorScheme);
    await check(screen);
    if (process.env.WICK_SCREENSHOTS) await takePicture(page, screen);
  }
}

/** The web app follows the system's color scheme by a script; this waits for it. */
export async function setColorScheme(page, colorScheme) {
  await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
  const isShown = (wanted) => (document.documentElement.dataset.mantineColorScheme ?? wanted) === wanted;
  await until(() => page.evaluate(isShown, colorScheme));
}

/** The same, where what must hold on all screens is looked for before `check`. */
export const onEveryScreen = (page, check = () => {}) =>
  forEachScreen(page, async (screen) => {
    await looksRight(page);
    await check(screen);
  });

let pictures = 0;
async function takePicture(page, { width, colorScheme }) {
  const name = new URL(page.url()).pathname.replace(/\W+/g, "-").replace(/^-|-$/g, "") || "home";
  const file = `${process.pid}-${String(++pictures).padStart(3, "0")}-${name}-${width}-${colorScheme}.png`;
  await page.screenshot({ path: path.join(process.env.WICK_SCREENSHOTS, file), fullPage: true });
}

/** Everything is visible, and a cut text can be read in another way. */
export async function fits(page) {
  let found;
  await until(async () => (found = await page.evaluate(outOfSight)).length === 0, 30).catch(() =>
    assert.deepEqual(found, [], page.url()),
  );
}

/** It fits, and axe finds nothing; on a screen of the list, of the rules that run there. */
export async function looksRight(page) {
  await fits(page);
  assert.deepEqual(await axe(page), [], page.url());
}

// Runs in the page.
function outOfSight() {
  const found = [];
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth)
    found.push(`the page is ${root.scrollWidth} wide, the screen ${root.clientWidth}`);
  const name = (element) =>
    `${element.tagName.toLowerCase()} “${(element.getAttribute("aria-label") ?? element.textContent).slice(0, 60)}”`;
  const scrolls = (element) =>
    element !== root &&
    element !== document.body &&
    (/auto|scroll/.test(getComputedStyle(element).overflowX) ||
      (element.parentElement && scrolls(element.parentElement)));
  const told = "[data-tip], [data-cut], .mantine-Pill-label, header"; // by lib/tooltips.ts; the account's name by its menu
  for (const element of document.querySelectorAll("body *")) {
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    // The link that skips to the content is outside of the page until it has the focus.
    if (box.width < 2 || style.visibility === "hidden" || element.closest('[hidden], svg, a[href="#content"]'))
      continue;
    if ((box.left < -1 || box.right > root.clientWidth + 1) && !scrolls(element))
      found.push(`${name(element)} is outside of the screen`);
    const hasText = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
    if (
      !hasText ||
      style.display === "inline" ||
      element.scrollWidth <= element.clientWidth + 1 ||
      /auto|scroll/.test(style.overflowX)
    )
      continue;
    if (style.overflowX === "visible") found.push(`${name(element)} is wider than its place`);
    else if (style.textOverflow !== "ellipsis") found.push(`${name(element)} is cut without a sign`);
    else if (!element.closest(told)) found.push(`${name(element)} is cut and nowhere whole`);
  }
  return [...new Set(found)].slice(0, 10);
}

export const button = (page, name) => page.getByRole("button", { name, exact: true });
export const dialog = (page, name) => page.getByRole("dialog", { name });
export const rows = (page) => page.locator("tbody tr[data-row]");

/** Opens a page and waits for its heading. */
export async function go(page, path) {
  await page.goto(path);
  await page.getByRole("heading", { level: 1 }).waitFor();
}

/** The element can be reached by vertical scrolling only. */
export async function isInView(page, locator) {
  await locator.scrollIntoViewIfNeeded();
  const box = await locator.boundingBox();
  const { width } = page.viewportSize();
  assert.ok(box && box.x >= 0 && box.x + box.width <= width, `${await locator.textContent()}: ${JSON.stringify(box)}`);
  assert.equal(await page.evaluate(() => scrollX), 0);
}
