import { defineConfig } from "vitest/config";
import { commonTestOptions } from "./vitest.shared.ts";

/** What is proven on a real Cinder: `pnpm cinder start`, then `pnpm test:cinder`. Skipped where none runs. */
export default defineConfig(({ mode }) => ({
  ssr: { resolve: { conditions: ["@polyvol/source"] } },
  test: {
    ...commonTestOptions("cinder", mode),
    include: ["reliability/cinder/test/**/*.test.ts"],
    globalSetup: "reliability/cinder/src/say-whether-it-runs.ts",
    // One server for all files, and some of them stop it.
    fileParallelism: false,
  },
}));
