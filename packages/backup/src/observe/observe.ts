import { type BlockStorage, type Health, PolyvolError, type Volume } from "@polyvol/core";
import { omitUndefined } from "@polyvol/core/driver";
import { bulkCallOptions } from "../bulk-call-options.ts";
import type { NamedCloud } from "../clouds.ts";
import { compareText } from "../compare-text.ts";
import { showDuration } from "../duration.ts";
import { chooseByTags } from "../policy/select.ts";
import type { Policy } from "../policy/types.ts";
import { problemOf } from "../problem.ts";
import { areTagsHidden, createMarkEvidence, judgeMarks, orUnknown } from "./hidden-marks.ts";
import {
  type CloudState,
  createSourcesInUse,
  MAX_SKEW_MS,
  type ObservedSnapshot,
  withSource,
} from "./inventory.ts";
import { createKeeper } from "./keeper.ts";

export interface ObserveOptions {
  /** Whether the clocks of both sides are compared. Default true. */
  readonly checkClock?: boolean | undefined;
  readonly abortSignal?: AbortSignal | undefined;
}

/**
 * Reads clouds side by side: volumes, then snapshots, each by one complete listing. A cloud of which anything cannot
 * be read counts as not read at all; the others go on.
 *
 * @param policies those that choose among what is read
 */
export async function observe(
  clouds: readonly NamedCloud[],
  policies: readonly Policy[],
  options: ObserveOptions = {},
): Promise<readonly CloudState[]> {
  options.abortSignal?.throwIfAborted();
  const byTags = chooseByTags(policies);
  return await Promise.all(clouds.map((cloud) => observeCloud(cloud, byTags, options)));
}

/** @param byTags volumes are chosen by their tags, so that it matters whether tags are shown */
async function observeCloud(
  { name, storage }: NamedCloud,
  byTags: boolean,
  { abortSignal, checkClock = true }: ObserveOptions,
): Promise<CloudState> {
  try {
    if (storage instanceof Error) throw storage;
    const call = bulkCallOptions(storage, "read", abortSignal);
    const health = checkClock ? await storage.checkHealth(call) : undefined;
    if (health !== undefined) refuseSkew(health, storage.provider);
    const volumes = await storage.volumes.list({}, call).toArray();
    const all: ObservedSnapshot[] = [];
    const keep = createKeeper();
    const marks = createMarkEvidence();
    const sources = createSourcesInUse(volumes);
    for await (const snapshot of storage.snapshots.list({}, call)) {
      const seen = keep(snapshot);
      all.push(withSource(seen, sources));
      marks.see(seen);
    }
    const { provider, capabilities } = storage;
    all.sort((a, b) => compareText(a.snapshot.id, b.snapshot.id));
    const hiddenMarks = await judgeMarks(storage, marks, call);
    const asks = byTags && volumes.length > 0 && hiddenMarks?.what !== "tags";
    const listed = asks ? [...volumes, ...all.map(({ snapshot }) => snapshot)] : [];
    const look = asks ? areTagsHidden(storage, listed, call) : undefined;
    const tagsHidden =
      look === undefined ? hiddenMarks?.what === "tags" : (await orUnknown(look, call)) !== false;
    const isTimeTold = health === undefined || health.clockSkewMs !== undefined;
    return omitUndefined({
      state: "observed",
      name,
      provider,
      capabilities,
      volumes: volumes.toSorted((a, b) => compareText(a.id, b.id)),
      snapshots: Map.groupBy(all, ({ snapshot }) => snapshot.volumeId),
      hiddenMarks,
      tagsHidden,
      timeAtLeast: isTimeTold ? undefined : timeShownBy(volumes, all),
      requestsLeft: health?.requestsLeft,
      requests: (checkClock ? 1 : 0) + listingRequests(storage, volumes.length, all.length),
      requestsPerDeletion: capabilities.requestCosts?.snapshotDeletion ?? 3,
    });
  } catch (error) {
    abortSignal?.throwIfAborted();
    return { state: "failed", name, problem: problemOf(error, "nothing_done", { cloud: name }) };
  }
}

function refuseSkew({ clockSkewMs = 0 }: Health, provider: string): void {
  if (Math.abs(clockSkewMs) <= MAX_SKEW_MS) return;
  const direction = clockSkewMs > 0 ? "behind" : "ahead of";
  const reason =
    `this machine's clock is ${showDuration(Math.abs(clockSkewMs))} ${direction} the provider's; ` +
    `allowed: ${showDuration(MAX_SKEW_MS)}, since slots would be due at the wrong time; set the clock`;
  throw new PolyvolError("failed_precondition", reason, { provider, operation: "checkHealth" });
}

/** How late it is by the provider's clock at least: what is there has been made. */
function timeShownBy(volumes: readonly Volume[], snapshots: readonly ObservedSnapshot[]): number | undefined {
  const made = [...volumes, ...snapshots.map(({ snapshot }) => snapshot)];
  if (made.length === 0) return undefined;
  return made.reduce((newest, { createdAt }) => Math.max(newest, createdAt.getTime()), 0);
}

/** Requests of one listing of the volumes and one of the snapshots, at the largest page. */
function listingRequests({ capabilities }: BlockStorage, volumes: number, snapshots: number): number {
  const { volumesPerRequest = 100, snapshotsPerRequest = 100 } = capabilities.requestCosts ?? {};
  const pages = (items: number, perRequest: number): number => Math.max(1, Math.ceil(items / perRequest));
  return pages(volumes, volumesPerRequest) + pages(snapshots, snapshotsPerRequest);
}
