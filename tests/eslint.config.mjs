import js from "@eslint/js";
import globals from "globals";

// Functions given to a page's evaluate() run in the browser.
const inBrowser = [
  "**/browser*.mjs",
  "**/oauth-attacks.test.mjs",
  "lib/axe.mjs",
  "lib/qr.mjs",
  "lib/screens.mjs",
  "pages-bench.mjs",
];

export default [
  { ...js.configs.recommended, languageOptions: { globals: globals.node } },
  {
    rules: {
      "no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_", ignoreRestSiblings: true }],
      // Texts that must have none are matched against them.
      "no-control-regex": "off",
    },
  },
  { files: inBrowser, languageOptions: { globals: globals.browser } },
];
