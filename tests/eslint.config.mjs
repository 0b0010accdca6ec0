import js from "@eslint/js";
import globals from "globals";

// Functions given to a page's evaluate() run in the browser.
const inBrowser = ["**/browser*.mjs", "**/oauth-attacks.test.mjs", "lib/qr.mjs", "lib/screens.mjs", "pages-bench.mjs"];

export default [
  { ...js.configs.recommended, languageOptions: { globals: globals.node } },
  {
    rules: {
      "no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_", caughtErrors: "none" }],
    },
  },
  { files: inBrowser, languageOptions: { globals: globals.browser } },
];
