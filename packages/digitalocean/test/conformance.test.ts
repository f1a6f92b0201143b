import { describeBlockStorageDriver } from "@polyvol/conformance";
import { digitalOceanHarness } from "./harness.ts";

describeBlockStorageDriver("digitalocean", digitalOceanHarness);
describeBlockStorageDriver("digitalocean, nulls as seen live", () =>
  digitalOceanHarness({
    faithfulNulls: true,
    actionVisibleAfterMs: 2_000,
    snapshotRegionNames: { nyc3: "nbg1" },
  }),
);
