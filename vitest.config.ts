import { defineConfig } from "vitest/config";
import { commonTestOptions } from "./vitest.shared.ts";

/** Everything runs on the sources: the condition below is what makes `@polyvol/*` resolve to `src`. */
export default defineConfig(({ mode }) => ({
  ssr: { resolve: { conditions: ["@polyvol/source"] } },
  test: {
    ...commonTestOptions("tests", mode),
    include: [
      "packages/*/{src,test}/**/*.test.ts",
      "scripts/test/**/*.test.ts",
      "examples/*/{src,test}/**/*.test.ts",
      "reliability/test/**/*.test.ts",
      "benchmarks/test/**/*.test.ts",
    ],
    coverage: { provider: "v8", include: ["packages/*/src/**"] },
  },
}));
