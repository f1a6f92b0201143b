/**
 * What DigitalOcean documents, as data: https://docs.digitalocean.com/reference/api/ (Block Storage, Snapshots),
 * https://docs.digitalocean.com/products/volumes/details/limits/ and …/products/snapshots/details/limits/.
 */
import type { Capabilities, Capability, RequestQuota } from "@polyvol/core";
import { quotasFor, REQUESTS_PER_HOUR } from "./quota.ts";
import { MAX_DESCRIPTION_BYTES } from "./source-annotation.ts";
import { TAG_RULE } from "./tags.ts";

const SUPPORTS = [
  "volumes.createFromSnapshot",
  "volumes.resize",
  "volumes.attach",
  "volumes.description",
  "volumes.tags",
  "volumes.readTags",
  "snapshots.outliveVolume",
  "snapshots.tags",
] as const satisfies readonly Capability[];

/** What DigitalOcean cannot do. */
export type MissingCapability = Exclude<Capability, (typeof SUPPORTS)[number]>;

/** The documented capabilities and limits, with the quotas that the user has set instead, if any. */
export function capabilitiesWith(quotas: readonly RequestQuota[] | undefined): Capabilities {
  return {
    supports: SUPPORTS,
    volumeNames: { enforced: true, scope: "region" },
    // Published refusals are of a second snapshot of one volume; equal names on two volumes are known to work.
    snapshotNames: { enforced: true, scope: "volume" },
    limits: {
      volumeName: {
        pattern: "[a-z][a-z0-9-]*",
        // Volumes from before 2020 have underscores: https://github.com/digitalocean/terraform-provider-digitalocean/issues/404
        formerPattern: "[a-z][a-z0-9_-]*",
        minLength: 1,
        maxLength: 64,
        inWords: "lower-case letters, digits and -, starting with a letter",
      },
      // Free-form, without a documented length: 255 is our own bound. A service may trim white space at the ends.
      snapshotName: {
        pattern: "(?!\\s)[^\\u0000-\\u001f\\u007f]*[^\\u0000-\\u001f\\u007f\\s]",
        minLength: 1,
        maxLength: 255,
        inWords: "any text without control characters and without white space at its ends",
      },
      volumeSize: { minimumGiB: 1, maximumGiB: 16_384, stepGiB: 1 },
      volumeDescriptionBytes: MAX_DESCRIPTION_BYTES,
      tags: {
        keyPattern: "[a-zA-Z0-9_-]+",
        valuePattern: "[a-zA-Z0-9_:-]*",
        maxKeyLength: 255,
        maxValueLength: 253,
        inWords: `${TAG_RULE}; no colon in the key`,
        // https://docs.digitalocean.com/reference/api/ (Tags): a tag keeps the capitals of its first use.
        ignoresCase: true,
        readScope: "tag:read",
      },
      snapshotsPerVolume: 25,
      snapshotGapMs: 600_000,
      volumesPerServer: 15,
      requestQuotas: quotas ?? quotasFor(REQUESTS_PER_HOUR),
    },
  };
}
