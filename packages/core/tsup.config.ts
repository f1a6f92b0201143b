import { packageBuild } from "../../tsup.preset.ts";

export default packageBuild(
  {
    index: "src/index.ts",
    // Not exported: as entries they are chunks of their own, and `index` hands on what they hold. So a bundle that needs
    // nothing but `PolyvolError` has neither the calls nor the schemas in it.
    errors: "src/errors.ts",
    "create-block-storage": "src/operations/create-block-storage.ts",
    driver: "src/driver.ts",
    "http/index": "src/http/index.ts",
  },
  { bundled: ["ky"] },
);
