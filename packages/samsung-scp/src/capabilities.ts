/**
 * What the provider documents, as data. Sources: the API reference of `virtualserver` (names, steps of size, tags at
 * creation), its user guide as far as it is known (largest size, volumes of a server).
 */
import type { Capabilities, RequestQuota } from "@polyvol/core";
import { ATTEMPT_KEY } from "./tags.ts";

/**
 * One rule for volumes and snapshots; the service takes no dot and no letter beyond ASCII. It takes spaces at the ends, too,
 * but what it is built on (Cinder) drops them: what was made would never be found by the name that it was asked for.
 */
const NAME = {
  pattern: "[a-zA-Z0-9_-](?:[a-zA-Z0-9_ -]*[a-zA-Z0-9_-])?",
  formerPattern: "[a-zA-Z0-9_ -]+",
  minLength: 1,
  maxLength: 255,
  inWords: "letters of ASCII, digits, -, _ and, but for the ends, space",
};

export function capabilitiesWith(quotas: readonly RequestQuota[]): Capabilities {
  return {
    supports: [
      "volumes.createFromSnapshot",
      "volumes.resize",
      "volumes.attach",
      // Of types made for it only; others are refused by the service.
      "volumes.multiAttach",
      "volumes.revert",
      "volumes.rename",
      "volumes.tags",
      "volumes.type",
      "snapshots.update",
      "snapshots.description",
      "snapshots.tags",
    ],
    volumeNames: { enforced: false, scope: "region" },
    snapshotNames: { enforced: false, scope: "volume" },
    limits: {
      volumeName: NAME,
      snapshotName: NAME,
      volumeSize: { minimumGiB: 8, maximumGiB: 12_288, stepGiB: 8 },
      volumeDescriptionBytes: 0,
      tags: {
        keyPattern: `(?!${ATTEMPT_KEY}$)[^\\u0000-\\u001f\\u007f]+`,
        valuePattern: "[^\\u0000-\\u001f\\u007f]*",
        maxKeyLength: 128,
        maxValueLength: 256,
        inWords: `keys of 1 to 128 and values of up to 256 characters, without control characters; not ${ATTEMPT_KEY}`,
      },
      snapshotsPerVolume: "unknown",
      snapshotGapMs: "unknown",
      volumesPerServer: 26,
      requestQuotas: quotas,
    },
  };
}
