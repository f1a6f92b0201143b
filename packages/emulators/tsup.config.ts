import { defineConfig } from "tsup";

export default defineConfig({
  entry: {
    index: "src/index.ts",
    "digitalocean/index": "src/digitalocean/index.ts",
    "samsung-scp/index": "src/samsung-scp/index.ts",
    "kit/msw": "src/kit/msw.ts",
    bin: "src/bin.ts",
  },
  format: ["esm", "cjs"],
  dts: true,
  splitting: true,
  sourcemap: true,
  clean: true,
  target: "node22",
});
