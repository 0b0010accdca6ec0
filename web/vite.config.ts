import { defineConfig, type Plugin } from "vite";

/**
 * Each component of Mantine brings its own style, instead of all styles on every page. They are in a cascade layer, so
 * the app's own styles are stronger whichever is loaded first.
 */
function mantineStyles(): Plugin {
  return {
    name: "mantine-styles",
    transform(code, id) {
      const file = id.split("?")[0] ?? "";
      if (!/@mantine\/core\/esm\/.*\.module\.mjs$/.test(file)) return null;
      const name = file.slice(file.lastIndexOf("/") + 1, -".module.mjs".length);
      return { code: `import "@mantine/core/styles/${name}.layer.css";\n${code}`, map: null };
    },
  };
}

export default defineConfig({
  plugins: [mantineStyles()],
  build: {
    // The server's policy has no `data:` for anything but images, and no inline scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // For script/check-size.mjs, which takes it away.
    manifest: true,
    rolldownOptions: {
      onLog(level, log, report) {
        // Mantine marks its files for React's server components, of which there are none here.
        if (log.code !== "MODULE_LEVEL_DIRECTIVE") report(level, log);
      },
    },
  },
  server: {
    // A Wick server on its default port, as script/dev starts one, answers all that is not a page.
    proxy: {
      "^/(api|mcp|oidc|\\.well-known|healthz|readyz)(/|\\?|$)": "http://127.0.0.1:8080",
      "^/oauth/(?!consent)": "http://127.0.0.1:8080",
    },
  },
  // Bundled beforehand, the files of Mantine would not be seen by the plugin. What it needs of CommonJS is named instead.
  optimizeDeps: { exclude: ["@mantine/core"], include: ["react/jsx-runtime", "react-dom"] },
});
