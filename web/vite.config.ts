import { defineConfig } from "vite";

export default defineConfig({
  build: {
    // The server's policy has no `data:` for anything but images, and no inline scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      onLog(level, log, report) {
        // Mantine marks its files for React's server components, of which there are none here.
        if (log.code !== "MODULE_LEVEL_DIRECTIVE") report(level, log);
      },
    },
  },
  server: {
    // `npm run dev` beside a Wick server on its default port.
    proxy: { "/api": "http://127.0.0.1:8080", "/oidc": "http://127.0.0.1:8080" },
  },
});
