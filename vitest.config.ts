import { defineConfig } from "vitest/config";

/** Everything runs on the sources: the condition below is what makes `@polyvol/*` resolve to `src`. */
export default defineConfig({
  ssr: { resolve: { conditions: ["@polyvol/source"] } },
  test: {
    include: [
      "packages/*/{src,test}/**/*.test.ts",
      "scripts/test/**/*.test.ts",
      "examples/*/{src,test}/**/*.test.ts",
      "reliability/test/**/*.test.ts",
    ],
    testTimeout: 30_000,
    reporters: process.env["CI"] ? ["default", ["json", { outputFile: ".reports/tests.json" }]] : ["default"],
    coverage: { provider: "v8", include: ["packages/*/src/**"] },
  },
});
