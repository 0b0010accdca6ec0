// What the compiler does not check: unsafe use of types, the rules of hooks, and the direction of imports.
import js from "@eslint/js";
import reactHooks from "eslint-plugin-react-hooks";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

const neverFrom = (...patterns) => ({ "no-restricted-imports": ["error", { patterns }] });

export default defineConfig(
  { ignores: ["dist/", "build/", "src/api/schema.d.ts"] },
  {
    files: ["script/**"],
    languageOptions: { globals: { URL: "readonly", console: "readonly", process: "readonly" } },
  },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  js.configs.recommended,
  {
    files: ["src/**/*.{ts,tsx}", "*.config.ts"],
    extends: [
      tseslint.configs.recommendedTypeChecked,
      reactHooks.configs.flat["recommended-latest"],
    ],
    languageOptions: { parserOptions: { projectService: true } },
  },
  { files: ["src/{api,components,lib}/**"], rules: neverFrom("**/features/**", "**/shell/**") },
  { files: ["src/features/**"], rules: neverFrom("**/shell/**") },
);
