import { packageBuild } from "../../tsup.preset.ts";

export default packageBuild({
  index: "src/index.ts",
  // Not exported: as an entry it is a chunk of its own, so that bundles with nothing but `PolyvolError` stay small.
  errors: "src/errors.ts",
  driver: "src/driver.ts",
  "http/index": "src/http/index.ts",
});
