import { type BlockStorage, type Health, PolyvolError, type Snapshot } from "@polyvol/core";
import { bulkCallOptions } from "../bulk-call-options.ts";
import type { NamedCloud } from "../clouds.ts";
import { compareText } from "../compare-text.ts";
import { showDuration } from "../duration.ts";
import { isHeld } from "../hold/marker.ts";
import { parseSnapshotName } from "../naming.ts";
import { problemOf } from "../problem.ts";
import { areTagsHidden, judgeMarks, marksOf, orUnknown } from "./hidden-marks.ts";
import type { CloudState, ObservedSnapshot } from "./inventory.ts";

/** A clock may be off by so much: beyond it, slots would be due too early or too late. */
const MAX_SKEW_MS = 120_000;

export interface ObserveOptions {
  /** Whether the clocks of both sides are compared. Default true. */
  readonly checkClock?: boolean | undefined;
  /** Whether volumes are chosen by their tags, so that it matters whether tags are shown. Default false. */
  readonly byTags?: boolean | undefined;
  readonly abortSignal?: AbortSignal | undefined;
}

/**
 * Reads clouds side by side: volumes, then snapshots, each by one complete listing. A cloud of which anything cannot
 * be read counts as not read at all; the others go on.
 */
export async function observe(
  clouds: readonly NamedCloud[],
  options: ObserveOptions = {},
): Promise<readonly CloudState[]> {
  options.abortSignal?.throwIfAborted();
  return await Promise.all(clouds.map((cloud) => observeCloud(cloud, options)));
}

async function observeCloud({ name, storage }: NamedCloud, options: ObserveOptions): Promise<CloudState> {
  const { abortSignal, checkClock = true, byTags = false } = options;
  try {
    if (storage instanceof Error) throw storage;
    const call = bulkCallOptions(storage, "read", abortSignal);
    const health = checkClock ? await storage.checkHealth(call) : undefined;
    if (health !== undefined) refuseSkew(health, storage.provider);
    const volumes = await storage.volumes.list({}, call).toArray();
    const snapshots = await storage.snapshots.list({}, call).toArray();
    const { provider, capabilities } = storage;
    const all = snapshots.toSorted((a, b) => compareText(a.id, b.id)).map(observeSnapshot);
    const hiddenMarks = await judgeMarks(storage, marksOf(all), call);
    const asks = byTags && volumes.length > 0 && hiddenMarks?.what !== "tags";
    const look = asks ? areTagsHidden(storage, [...volumes, ...snapshots], call) : undefined;
    const tagsHidden =
      look === undefined ? hiddenMarks?.what === "tags" : (await orUnknown(look, call)) !== false;
    return {
      state: "observed",
      name,
      provider,
      capabilities,
      volumes: volumes.toSorted((a, b) => compareText(a.id, b.id)),
      snapshots: Map.groupBy(all, volumeOf),
      ...(hiddenMarks === undefined ? {} : { hiddenMarks }),
      tagsHidden,
      ...(health?.requestsLeft === undefined ? {} : { requestsLeft: health.requestsLeft }),
      requests: (checkClock ? 1 : 0) + listingRequests(storage, volumes.length, snapshots.length),
      requestsPerDeletion: capabilities.requestCosts?.snapshotDeletion ?? 3,
    };
  } catch (error) {
    abortSignal?.throwIfAborted();
    return { state: "failed", name, problem: problemOf(error, "nothing_done", { cloud: name }) };
  }
}

/** A snapshot with what its name says of it. */
export function observeSnapshot(snapshot: Snapshot): ObservedSnapshot {
  const backupName = parseSnapshotName(snapshot.name, snapshot.volumeId);
  const early =
    backupName !== undefined && snapshot.createdAt.getTime() < backupName.slot.getTime() - MAX_SKEW_MS;
  return {
    snapshot,
    held: isHeld(snapshot),
    ...(backupName === undefined ? {} : { backupName }),
    ...(early ? { early } : {}),
  };
}

function volumeOf({ snapshot }: ObservedSnapshot): string {
  return snapshot.volumeId;
}

function refuseSkew({ clockSkewMs = 0 }: Health, provider: string): void {
  if (Math.abs(clockSkewMs) <= MAX_SKEW_MS) return;
  const direction = clockSkewMs > 0 ? "behind" : "ahead of";
  const reason =
    `this machine's clock is ${showDuration(Math.abs(clockSkewMs))} ${direction} the provider's; ` +
    `allowed: ${showDuration(MAX_SKEW_MS)}, since slots would be due at the wrong time; set the clock`;
  throw new PolyvolError("failed_precondition", reason, { provider, operation: "checkHealth" });
}

/** Requests of one listing of the volumes and one of the snapshots, at the largest page. */
function listingRequests({ capabilities }: BlockStorage, volumes: number, snapshots: number): number {
  const { volumesPerRequest = 100, snapshotsPerRequest = 100 } = capabilities.requestCosts ?? {};
  const pages = (items: number, perRequest: number): number => Math.max(1, Math.ceil(items / perRequest));
  return pages(volumes, volumesPerRequest) + pages(snapshots, snapshotsPerRequest);
}
