import { defineConfig } from "vitest/config";

/**
 * The conformance kit once more, against the built packages (`pnpm build` first): without the source condition,
 * `@polyvol/*` resolves to `dist`, which is where bundling faults show. See the files for how CommonJS is loaded.
 */
export default defineConfig({
  test: {
    include: ["packages/*/test/**/*.built.ts"],
    testTimeout: 120_000,
    reporters: process.env["CI"] ? ["default", ["json", { outputFile: ".reports/built.json" }]] : ["default"],
  },
});
