import { CAPABILITIES, type Capabilities, type Limits } from "@polyvol/core";
import { omitUndefined } from "@polyvol/core/driver";
import type { MemoryAccountOptions } from "./options.ts";

const LIMITS: Limits = {
  volumeName: {
    pattern: "^[a-z][a-z0-9-]*$",
    minLength: 1,
    maxLength: 64,
    inWords: "lower-case letters, digits and -, starting with a letter",
  },
  snapshotName: {
    pattern: "^[a-zA-Z0-9-_ ]+$",
    minLength: 1,
    maxLength: 255,
    inWords: "letters, digits, -, _ and spaces",
  },
  volumeSize: { minimumGiB: 1, maximumGiB: 16_384, stepGiB: 1 },
  volumeDescriptionBytes: 1_024,
  tags: {
    keyPattern: "^[a-zA-Z0-9_-]+$",
    valuePattern: "^[a-zA-Z0-9_:-]*$",
    maxKeyLength: 64,
    maxValueLength: 190,
    inWords: "letters, digits, - and _; values also :",
  },
  snapshotsPerVolume: "unknown",
  snapshotGapMs: 0,
  volumesPerServer: 15,
  requestQuotas: [],
};

/** What an account with these options can do. */
export function memoryCapabilities(options: MemoryAccountOptions): Capabilities {
  const enforced = options.names !== "free";
  return {
    supports: CAPABILITIES.filter((each) => each !== "volumes.multiAttach"),
    volumeNames: { enforced, scope: "region" },
    snapshotNames: { enforced, scope: "volume" },
    ...omitUndefined(options.capabilities ?? {}),
    limits: { ...LIMITS, ...omitUndefined(options.limits ?? {}) },
  };
}
