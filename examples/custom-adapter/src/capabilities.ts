import type { Capabilities } from "@polyvol/core";
import { BLOCK_GIB } from "./mapping.ts";

/** What Attic documents of itself, as data. What is not listed in `supports` core refuses without a request. */
export const CAPABILITIES: Capabilities = {
  supports: [
    "volumes.createFromSnapshot",
    "volumes.resize",
    "volumes.description",
    "snapshots.outliveVolume",
  ],
  volumeNames: { enforced: true, scope: "account" },
  snapshotNames: { enforced: false, scope: "volume" },
  limits: {
    volumeName: {
      pattern: "[a-z0-9][a-z0-9-]*",
      minLength: 1,
      maxLength: 40,
      inWords: "lower-case letters, digits and -, starting with a letter or digit",
    },
    snapshotName: {
      pattern: "[\\x21-\\x7e](?:[\\x20-\\x7e]*[\\x21-\\x7e])?",
      minLength: 1,
      maxLength: 80,
      inWords: "printable ASCII without spaces at its ends",
    },
    volumeSize: { minimumGiB: BLOCK_GIB, maximumGiB: 1024 * BLOCK_GIB, stepGiB: BLOCK_GIB },
    volumeDescriptionBytes: "unknown",
    snapshotsPerVolume: 5,
    snapshotGapMs: 0,
    volumesPerServer: "unknown",
    requestQuotas: [{ requests: 600, windowMs: 60_000 }],
  },
};
