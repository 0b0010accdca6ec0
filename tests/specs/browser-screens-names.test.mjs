// The longest names on each screen (lib/screens.mjs): in lists, next to their actions, on pages and in dialogs.
import assert from "node:assert/strict";
import { longName } from "../lib/crowd.mjs";
import { button, dialog, go, isInView, onEveryScreen, screenTests } from "../lib/screens.mjs";

let admin, app, connector;
const { onePage } = screenTests((world) => ({ admin, app, connector } = world));

const ok = ({ status, body, text }) => (assert.ok(status < 300, text), body);
const tokensOf = async (query) => ok(await admin.get(`/admin/tokens?query=${encodeURIComponent(query)}`)).items;

// Each list, what its rows can do, and the name in its first column.
const lists = {
  "/profile/tokens": /^(Revoke|Rotate) Wolf/,
  "/profile/connections": /^Disconnect /,
  "/admin/access-tokens?query=Wolf": /^Revoke .* of /,
  "/admin/connections": /^Disconnect /,
  "/admin/users": /^Actions for /,
  "/admin/connectors": /^(Delete|Duplicate) C/,
  "/admin/tags": /^(Edit|Delete) /,
  "/admin/apps": /^(Block|New secret for|Remove) /,
  "/admin/history": /^Details of /,
};

for (const [path, action] of Object.entries(lists)) {
  onePage(`every action of ${path.split("?")[0]} fits each screen, and the longest names can be read`, async (page) => {
    await go(page, path);
    const actions = page.getByRole("button", { name: action });
    await actions.first().waitFor();
    const name = page
      .locator("tbody [data-cut]")
      .filter({ hasText: /Wolf|TTTT|CCCC/ })
      .first();
    await onEveryScreen(page, async ({ isPhone, colorScheme }) => {
      for (const one of (await actions.all()).slice(0, 4)) await isInView(page, one);
      const isCut = await name.evaluate((element) => element.scrollWidth > element.clientWidth);
      if (isPhone) assert.equal(isCut, false, "on a card a name is whole");
      if (!isCut || colorScheme === "dark") return;
      await page.mouse.move(0, 0);
      await name.hover();
      assert.equal(await page.getByRole("tooltip").textContent(), await name.textContent());
      await page.keyboard.press("Escape");
      await page.getByRole("tooltip").waitFor({ state: "hidden" });
      await name.focus();
      assert.equal(
        await page.evaluate(() => document.activeElement.textContent),
        await name.textContent(),
        "the keyboard reaches it",
      );
    });
  });
}

onePage("long names widen no other page on any screen", async (page) => {
  const [{ id: connection }] = ok(await admin.get("/admin/connections")).items.filter(
    ({ user }) => user.name === longName(90),
  );
  const [{ id: token }] = await tokensOf(longName(93));
  for (const path of [
    "/",
    "/profile",
    `/connectors/${connector}`,
    `/connectors/${connector}?tab=test`,
    `/admin/connectors/${connector}`,
    `/admin/access-tokens/${token}`,
    `/admin/connections/${connection}`,
    `/admin/history?token=${token}`,
  ]) {
    await go(page, path);
    await page.waitForLoadState("networkidle");
    await onEveryScreen(page);
  }
});

onePage("long names widen no dialog on any screen, and push no button out of it", async (page) => {
  const [{ owner }] = await tokensOf(longName(93));
  const userAction = (verb) => async () => {
    await go(page, `/admin/users?query=${longName(90)}`);
    await button(page, `Actions for ${longName(90)}`).click();
    await page.getByRole("menuitem", { name: verb }).click();
  };
  const by = (path, opener) => async () => (await go(page, path), button(page, opener).click());
  const dialogs = [
    ["Save", userAction("Edit")],
    ["Create link", userAction("Password reset link")],
    ["Revoke 3 tokens", by(`/admin/access-tokens?owner=${owner.id}`, "Revoke all tokens of this user")],
    ["Rotate", by("/profile/tokens", `Rotate ${longName(1)}`)],
    ["Save", by("/admin/tags", `Edit ${"T".repeat(60)}`)],
  ];
  for (const [confirm, open] of dialogs) {
    await open();
    await onEveryScreen(page, () =>
      isInView(page, page.getByRole("dialog").getByRole("button", { name: confirm, exact: true })),
    );
  }
});

onePage("a confirmation names the users and counts what ends, and Cancel ends nothing", async (page) => {
  const member = longName(90);
  const questions = {
    "/admin/users": [
      ["Deactivate", `Deactivate ${member}?`, "3 access tokens and all app connections"],
      ["Delete", `Delete ${member}?`, "3 access tokens and all app connections"],
      ["Password reset link", `Reset the password of ${member}?`, "signed out everywhere"],
    ],
    "/admin/apps": [
      [`Block ${longName(7)}`, `Block ${longName(7)}?`, "Its 2 connections end"],
      [`Remove ${longName(7)}`, `Remove ${longName(7)}?`, "Its 2 connections end"],
      [
        `New secret for ${longName(6)}`,
        `Replace the secret of ${longName(6)}?`,
        "The old secret stops working immediately",
      ],
    ],
    "/admin/tags": [[`Delete ${"T".repeat(60)}`, `Delete the tag “${"T".repeat(60)}”?`, "on 0 users and 1 connector"]],
    "/admin/connectors": [[`Delete ${"C".repeat(60)}`, `Delete ${"C".repeat(60)}?`, "for all users"]],
    [`/admin/connections?client=${app}`]: [
      ["Disconnect this app from all users", `Disconnect ${longName(7)} from all users?`, "2 connections will end"],
    ],
  };
  const sent = [];
  page.on("request", (request) => request.method() !== "GET" && sent.push(request.url()));
  for (const [path, asked] of Object.entries(questions)) {
    await go(page, path);
    for (const [action, title, consequence] of asked) {
      if (path === "/admin/users") {
        await button(page, `Actions for ${member}`).click();
        await page.getByRole("menuitem", { name: action }).click();
      } else {
        await button(page, action).click();
      }
      await dialog(page, title).getByText(consequence).waitFor();
      assert.equal(await page.evaluate(() => document.activeElement.textContent), "Cancel", "Enter alone ends nothing");
      await onEveryScreen(page, () => isInView(page, dialog(page, title).getByRole("button", { name: "Cancel" })));
      await page.keyboard.press("Enter");
      await dialog(page, title).waitFor({ state: "detached" });
    }
  }
  assert.deepEqual(sent, []);
});
