import type { BlockStorage, CallOptions, Clock, Snapshot, Volume } from "@polyvol/core";
import { monotonicTime, type ServerIdentity } from "@polyvol/core/driver";
import { type Clouds, cloudNamed } from "../clouds.ts";
import { compareText } from "../compare-text.ts";
import { showDuration } from "../duration.ts";
import { serverOf } from "../mount/find-server.ts";
import { RESTORE_TIMEOUT_MS } from "../mount/use-snapshot.ts";
import {
  type CloudState,
  isGood,
  newestOf,
  type ObservedCloud,
  type ObservedSnapshot,
  observeSnapshot,
} from "../observe/inventory.ts";
import { ownedBy } from "../policy/owned.ts";
import type { Selection } from "../policy/select.ts";
import type { Offsite, Policy } from "../policy/types.ts";
import type { OffsiteEntry } from "../record/entry.ts";
import { dueAgainAt, type LastOffsite } from "./standing.ts";
import type { OffsiteCallOptions, OffsiteVolume } from "./types.ts";

/** Between two looks at a snapshot that is being restored from. */
const LOOK_AGAIN_MS = 10_000;

/** A policy that takes volumes off-site. */
export type OffsitePolicy = Policy & { readonly offsite: Offsite };

/** A policy on a volume whose turn it is. */
export interface Candidate {
  readonly cloud: ObservedCloud;
  readonly volume: Volume;
  readonly policy: OffsitePolicy;
  /** The newest good snapshot of the policy. */
  readonly newest: Snapshot;
  /** When its data left last, in milliseconds; absent when nothing is known of it. */
  readonly lastAt?: number;
  /** Why it is its turn. */
  readonly reason: string;
}

/** What is to be taken, what has been waiting longest first, and what is not, with the reason. */
export interface Choice {
  readonly due: readonly Candidate[];
  readonly others: readonly OffsiteVolume[];
}

/** How due is told. */
export interface ChoiceOptions {
  readonly now: number;
  readonly lastOffsite: LastOffsite | undefined;
  readonly all: boolean;
}

/** Holds what has left by the record against what the policies ask for. */
export function chooseDue(
  policies: readonly OffsitePolicy[],
  states: readonly CloudState[],
  selection: Selection,
  options: ChoiceOptions,
): Choice {
  const due: Candidate[] = [];
  const others: OffsiteVolume[] = [];
  for (const cloud of states) {
    if (cloud.state === "failed") continue;
    for (const volume of cloud.volumes) {
      const chosenBy = selection.policiesOf(cloud.name, volume.id);
      for (const policy of policies.filter(({ id }) => chosenBy.some((each) => each.id === id))) {
        const judged = judge({ cloud, volume, policy }, options);
        if ("outcome" in judged) others.push(judged);
        else due.push(judged);
      }
    }
  }
  due.sort(
    (a, b) =>
      (a.lastAt ?? 0) - (b.lastAt ?? 0) ||
      compareText(a.cloud.name, b.cloud.name) ||
      compareText(a.volume.id, b.volume.id),
  );
  return { due, others };
}

/** What did not get its turn. */
export function untaken(
  { cloud, volume, policy, newest }: Pick<Candidate, "cloud" | "volume" | "policy"> & { newest?: Snapshot },
  outcome: OffsiteVolume["outcome"],
  reason: string,
): OffsiteVolume {
  return {
    cloud: cloud.name,
    provider: cloud.provider,
    policyId: policy.id,
    volumeId: volume.id,
    volumeName: volume.name,
    outcome,
    reason,
    ...(newest === undefined ? {} : { snapshot: recordedSnapshot(newest) }),
    leftovers: [],
    problems: [],
  };
}

/** As reports and records have it. */
export function recordedSnapshot({ id, name, createdAt }: Snapshot): {
  readonly id: string;
  readonly name: string;
  readonly takenAt: string;
} {
  return { id, name, takenAt: createdAt.toISOString() };
}

function judge(
  about: Pick<Candidate, "cloud" | "volume" | "policy">,
  { now, lastOffsite, all }: ChoiceOptions,
): Candidate | OffsiteVolume {
  const { cloud, volume, policy } = about;
  const newest = newestGood(policy, cloud.snapshots.get(volume.id) ?? []);
  if (newest === undefined) return untaken(about, "no_snapshot", "there is no good snapshot of the policy");
  if (lastOffsite === undefined) return { ...about, newest, reason: "no record says when it last left" };
  const last = lastOffsite(policy, cloud.name, volume.id);
  if (last === undefined) return { ...about, newest, reason: "by the record it has not left yet" };
  const lastAt = Date.parse(last.runStartedAt);
  const wait = all ? undefined : whyNotDue(policy, newest, last, now);
  if (wait !== undefined) return untaken({ ...about, newest }, "not_due", wait);
  return { ...about, newest, lastAt, reason: `it last left ${showDuration(now - lastAt)} ago` };
}

function whyNotDue(
  { offsite }: OffsitePolicy,
  newest: Snapshot,
  last: OffsiteEntry,
  now: number,
): string | undefined {
  const { id, takenAt = "" } = last.snapshot ?? {};
  if (id === newest.id) return `its newest snapshot ${newest.name} has left already`;
  // The one that has left may be gone.
  if (newest.createdAt.getTime() <= Date.parse(takenAt))
    return `what has left is newer than its newest snapshot ${newest.name}`;
  if (now >= dueAgainAt(offsite, last)) return undefined;
  const ago = showDuration(now - Date.parse(last.runStartedAt));
  return `it last left ${ago} ago, and does so every ${showDuration(offsite.everyMs)}`;
}

/** The newest of a volume's snapshots that is a backup by the policy. It may be being restored from. */
function newestGood(policy: Policy, all: readonly ObservedSnapshot[]): Snapshot | undefined {
  return newestOf(ownedBy(policy, all).filter((each) => isGood(each) && each.early !== true));
}

/**
 * The newest good snapshot of a volume when its turn has come: hours may have passed, so that one may have gone, and a newer
 * one be there. One that is being restored from is waited for.
 */
export async function newestInTurn(
  storage: BlockStorage,
  { volume, policy, newest }: Candidate,
  {
    clock,
    restoreTimeoutMs = RESTORE_TIMEOUT_MS,
  }: Pick<OffsiteCallOptions, "restoreTimeoutMs"> & { readonly clock: Clock },
  call: CallOptions,
): Promise<Snapshot> {
  const now = monotonicTime(clock);
  const endsAt = now() + restoreTimeoutMs;
  for (;;) {
    const all = await storage.snapshots.list({ volumeId: volume.id }, call).toArray();
    const found = newestGood(policy, all.map(observeSnapshot)) ?? newest;
    if (found.state !== "restoring" || now() >= endsAt) return found;
    await clock.sleep(LOOK_AGAIN_MS, call.abortSignal);
  }
}

/** A volume that is due, and this machine as the server that can attach it. */
export interface InReach {
  readonly candidate: Candidate;
  readonly storage: BlockStorage;
  readonly server: ServerIdentity;
}

/**
 * What this server can attach, and what not, with the reason. Each cloud's metadata service is asked once.
 *
 * @throws PolyvolError when something is due, and it is known of no cloud which server this is
 */
export async function sortByReach(
  due: readonly Candidate[],
  clouds: Clouds,
  { serverId, metadataUrl, abortSignal }: OffsiteCallOptions,
): Promise<{ readonly inReach: readonly InReach[]; readonly elsewhere: readonly OffsiteVolume[] }> {
  const servers = new Map<string, Promise<ServerIdentity>>();
  const inReach: InReach[] = [];
  const elsewhere: OffsiteVolume[] = [];
  const errors: unknown[] = [];
  for (const candidate of due) {
    const { cloud, volume, newest } = candidate;
    const storage = cloudNamed(clouds, cloud.name);
    const asked = servers.get(cloud.name) ?? serverOf(storage, { serverId, metadataUrl, abortSignal });
    servers.set(cloud.name, asked);
    let server: ServerIdentity;
    try {
      server = await asked;
    } catch (error) {
      abortSignal?.throwIfAborted();
      errors.push(error);
      const reason = `this machine is not known to be a server of ${cloud.name}`;
      elsewhere.push(untaken(candidate, "elsewhere", reason));
      continue;
    }
    const { serverRegion: region } = server;
    if (region === undefined || volume.region === region || newest.regions.includes(region)) {
      inReach.push({ candidate, storage, server });
    } else {
      const reason = `it is in ${volume.region}, and the server ${server.serverId} in ${region}`;
      elsewhere.push(untaken(candidate, "elsewhere", reason));
    }
  }
  if (errors.length > 0 && errors.length === due.length) throw errors[0];
  return { inReach, elsewhere };
}
