import { defineConfig } from "vitest/config";

// Tests of the web app's logic, without a browser. Pages are tested from outside, in tests/specs.
export default defineConfig({ test: { include: ["src/**/*.test.ts"], environment: "node" } });
