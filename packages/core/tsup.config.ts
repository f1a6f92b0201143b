import { defineConfig } from "tsup";

export default defineConfig({
  entry: {
    index: "src/index.ts",
    driver: "src/driver.ts",
    "http/index": "src/http/index.ts",
  },
  format: ["esm", "cjs"],
  dts: true,
  splitting: true,
  sourcemap: true,
  clean: true,
  target: "node22",
});
