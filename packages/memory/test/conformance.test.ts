import { describeBlockStorageDriver } from "@polyvol/conformance";
import { CAPABILITIES } from "@polyvol/core";
import { describeShownDriver } from "../../conformance/test/shown-driver.ts";
import { memoryHarness } from "./harness.ts";

describeShownDriver("memory", () => memoryHarness({}));

describeBlockStorageDriver("memory: enforced names, synchronous, numbered pages", () =>
  memoryHarness({
    names: "enforced",
    paging: { style: "numbered", minPageSize: 2, maxPageSize: 4 },
    restoreSize: "snapshot",
    limits: { snapshotsPerVolume: 6, snapshotGapMs: 600_000 },
    capabilities: {
      supports: CAPABILITIES.filter(
        (each) =>
          !["volumes.multiAttach", "volumes.revert", "volumes.rename", "snapshots.update"].includes(each),
      ),
    },
  }),
);

describeBlockStorageDriver("memory: free names, ending by state, marker pages", () =>
  memoryHarness({
    names: "free",
    asynchronous: true,
    mode: "state",
    paging: { style: "marker", maxPageSize: 3 },
    order: "newest_first",
    capabilities: {
      supports: CAPABILITIES.filter(
        (each) =>
          ![
            "volumes.multiAttach",
            "volumes.description",
            "volumes.readTags",
            "snapshots.outliveVolume",
          ].includes(each),
      ),
    },
    limits: { volumeSize: { minimumGiB: 8, maximumGiB: 12_288, stepGiB: 8 } },
  }),
);

describeBlockStorageDriver("memory: enforced names, ending by record, cursor pages", () =>
  memoryHarness({
    names: "enforced",
    asynchronous: true,
    mode: "record",
    paging: { style: "cursor", maxPageSize: 3 },
    restoreSize: "snapshot",
    capabilities: { supports: CAPABILITIES, snapshotNames: { enforced: true, scope: "account" } },
    limits: { snapshotsPerVolume: 6 },
  }),
);

describeBlockStorageDriver("memory: free names, synchronous, newest first, tags in small letters", () =>
  memoryHarness({
    names: "free",
    order: "newest_first",
    limits: {
      tags: {
        keyPattern: "[a-z][a-z0-9_-]*",
        valuePattern: "[a-z0-9_-]*",
        maxKeyLength: 63,
        maxValueLength: 63,
        inWords: "small letters, digits, _ and -",
      },
    },
  }),
);
