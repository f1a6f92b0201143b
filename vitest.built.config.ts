import { defineConfig } from "vitest/config";
import { commonTestOptions } from "./vitest.shared.ts";

/**
 * The conformance kit once more, against the built packages (`pnpm build` first): without the source condition,
 * `@polyvol/*` resolves to `dist`, which is where bundling faults show. See the files for how CommonJS is loaded.
 */
export default defineConfig(({ mode }) => ({
  test: { ...commonTestOptions("built", mode), include: ["packages/*/test/**/*.built.ts"] },
}));
