import type { Capability, Limits, NameUniqueness, SizeRule } from "../../packages/core/src/index.ts";

/** What each capability is to a reader, in the order of the tables. */
export const CAPABILITY_WORDS: Readonly<Record<Capability, string>> = {
  "volumes.createFromSnapshot": "create a volume from a snapshot, also larger than it",
  "volumes.resize": "resize a volume (it can only grow)",
  "volumes.attach": "attach to a server, detach",
  "volumes.multiAttach": "attach to several servers at once, for types that allow it",
  "volumes.revert": "set a volume back to its latest snapshot",
  "volumes.rename": "rename a volume",
  "volumes.description": "description of a volume",
  "volumes.tags": "tags of a volume, written when it is created",
  "volumes.readTags": "tags of a volume, read back",
  "volumes.type": "choose a volume type",
  "snapshots.outliveVolume": "snapshots stay when their volume is deleted",
  "snapshots.update": "change a snapshot's name or description",
  "snapshots.description": "description of a snapshot",
  "snapshots.tags": "tags of a snapshot",
};

export function uniquenessWords({ enforced, scope }: NameUniqueness): string {
  return `${enforced ? "by the provider" : "by Polyvol, which looks before and after"}, in ${
    scope === "account" ? "the account" : `a ${scope}`
  }`;
}

/** One row for each limit: its name and how to say its value. */
export const LIMIT_WORDS: readonly (readonly [string, (limits: Limits) => string])[] = [
  ["volume name", ({ volumeName }) => nameWords(volumeName)],
  ["snapshot name", ({ snapshotName }) => nameWords(snapshotName)],
  ["size of a volume", ({ volumeSize }) => sizeWords(volumeSize)],
  ["description of a volume", ({ volumeDescriptionBytes }) => bytesWords(volumeDescriptionBytes)],
  ["tags", ({ tags }) => (tags === undefined ? "none" : tags.inWords)],
  ["snapshots of a volume", ({ snapshotsPerVolume }) => numberWords(snapshotsPerVolume)],
  [
    "time between two snapshots of a volume",
    ({ snapshotGapMs }) =>
      snapshotGapMs === 0 ? "any" : snapshotGapMs === "unknown" ? "unknown" : spanWords(snapshotGapMs),
  ],
  ["volumes of a server", ({ volumesPerServer }) => numberWords(volumesPerServer)],
  [
    "requests",
    ({ requestQuotas }) =>
      requestQuotas.length === 0
        ? "no quota documented"
        : requestQuotas
            .map((quota) => `${numberWords(quota.requests)} in ${spanWords(quota.windowMs)}`)
            .join(", "),
  ],
];

function nameWords(rule: Limits["volumeName"]): string {
  return `${rule.minLength} to ${rule.maxLength}: ${rule.inWords}`;
}

function sizeWords({ minimumGiB, maximumGiB, stepGiB }: SizeRule): string {
  const steps = stepGiB === 1 ? "" : ` in steps of ${stepGiB}`;
  return `${numberWords(minimumGiB)} to ${numberWords(maximumGiB)} GiB${steps}`;
}

function bytesWords(value: number | "unknown"): string {
  if (value === 0) return "none";
  return value === "unknown" ? value : `${numberWords(value)} bytes`;
}

function numberWords(value: number | "unknown"): string {
  return value === "unknown" ? "unknown" : value.toLocaleString("en-US");
}

function spanWords(ms: number): string {
  const minutes = ms / 60_000;
  if (minutes === 60) return "an hour";
  if (minutes === 1) return "a minute";
  return minutes >= 1 ? `${minutes} minutes` : `${ms / 1_000} s`;
}
