import { packageBuild } from "../../tsup.preset.ts";

export default packageBuild(
  {
    index: "src/index.ts",
  },
  { bundled: ["d3-scale", "d3-shape"] },
);
