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
    // Only a net: tests that start processes take long where much else runs.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // One for each processor: much of the time is spent in waiting for child processes.
    maxWorkers: "100%",
    reporters: process.env["CI"] ? ["default", ["json", { outputFile: ".reports/tests.json" }]] : ["default"],
    coverage: { provider: "v8", include: ["packages/*/src/**"] },
  },
});
