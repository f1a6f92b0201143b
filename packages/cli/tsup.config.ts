import { programBuild } from "../../tsup.bundle.ts";

export default programBuild(["runCli"], { optional: ["@polyvol/fleet"] });
