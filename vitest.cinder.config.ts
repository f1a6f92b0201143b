import { defineConfig } from "vitest/config";
import { commonTestOptions } from "./vitest.shared.ts";

/** What is proven on a real Cinder: `pnpm cinder start`, then `pnpm test:cinder`. Skipped where none runs. */
export default defineConfig(({ mode }) => {
  const common = commonTestOptions("cinder", mode);
  return {
    ssr: { resolve: { conditions: ["@polyvol/source"] } },
    test: {
      ...common,
      include: ["reliability/cinder/test/**/*.test.ts"],
      globalSetup: [common.globalSetup ?? [], "reliability/cinder/src/say-whether-it-runs.ts"].flat(),
      // One server for all files, and some of them stop it.
      fileParallelism: false,
    },
  };
});
