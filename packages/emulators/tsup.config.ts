import { packageBuild } from "../../tsup.preset.ts";

export default packageBuild({
  index: "src/index.ts",
  "digitalocean/index": "src/digitalocean/index.ts",
  "openstack/index": "src/openstack/index.ts",
  "samsung-scp/index": "src/samsung-scp/index.ts",
  "kit/msw": "src/kit/msw.ts",
  command: "src/command.ts",
  bin: "src/bin.ts",
});
