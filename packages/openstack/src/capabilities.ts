/** What the service can do, as data: seen on a Cinder of the release Zed (API 3.0 to 3.70) with the default policy. */
import type { Capabilities, RequestQuota } from "@polyvol/core";
import { TAG_RULE } from "./tags.ts";

const END = "[^\\s\\u001c-\\u001f\\u0085]";
/** The service drops what Python calls white space at both ends: a text with any would never be found as it was sent. */
export const TRIMMED: string = `${END}(?:[^]*${END})?`;
const inWords = "any, but no white space at either end";
const NAME = { pattern: TRIMMED, minLength: 1, maxLength: 255, inWords };

export function capabilitiesWith(quotas: readonly RequestQuota[]): Capabilities {
  return {
    supports: [
      "volumes.createFromSnapshot",
      // In use, too, where the server has API 3.42.
      "volumes.resize",
      // By Nova where there is one, else by the service's own actions.
      "volumes.attach",
      // Of types made for it only; others are refused by the service.
      "volumes.multiAttach",
      // Where the server has API 3.40.
      "volumes.revert",
      "volumes.rename",
      "volumes.description",
      "volumes.tags",
      "volumes.readTags",
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
      volumeSize: { minimumGiB: 1, maximumGiB: 2_147_483_647, stepGiB: 1 },
      // 255 characters, however many bytes they are: the service says when it is too long.
      volumeDescriptionBytes: "unknown",
      tags: TAG_RULE,
      snapshotsPerVolume: "unknown",
      snapshotGapMs: 0,
      volumesPerServer: "unknown",
      requestQuotas: quotas,
    },
  };
}
