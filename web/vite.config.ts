import { defineConfig } from "vite";

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  // Nothing inlined: the policy of the console allows scripts, styles and images of its own address only.
  build: { assetsInlineLimit: 0, modulePreload: false, cssCodeSplit: false, target: "es2022" },
});
