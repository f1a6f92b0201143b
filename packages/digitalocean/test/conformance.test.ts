import { describeBlockStorageDriver } from "@polyvol/conformance";
import { describeShownDriver } from "../../conformance/test/shown-driver.ts";
import { digitalOceanHarness } from "./harness.ts";

describeShownDriver("digitalocean", () => digitalOceanHarness());
describeBlockStorageDriver("digitalocean, nulls as seen live", () =>
  digitalOceanHarness({
    faithfulNulls: true,
    actionVisibleAfterMs: 2_000,
    snapshotRegionNames: { nyc3: "nbg1" },
  }),
);
