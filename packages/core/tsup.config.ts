import { packageBuild } from "../../tsup.preset.ts";

export default packageBuild({
  index: "src/index.ts",
  driver: "src/driver.ts",
  "http/index": "src/http/index.ts",
});
