/** Wire ↔ core. Pure; a word of Attic that has no translation becomes `unknown`. */
import type { Snapshot, SnapshotState, Volume, VolumeState } from "@polyvol/core";
import {
  type DriverCreateSnapshot,
  type DriverCreateVolume,
  type DriverPage,
  type PendingStatus,
  providerDetails,
  refusedArgument,
  withProviderDetails,
} from "@polyvol/core/driver";
import type { WireJob, WireSnapshot, WireVolume } from "./wire.ts";

/** Provider name on every resource, error and event of this adapter. */
export const PROVIDER = "attic";

/** Attic counts in blocks. Core keeps sizes to whole ones: see `stepGiB` in the limits. */
export const BLOCK_GIB = 4;

const VOLUME_STATES: ReadonlyMap<string, VolumeState> = new Map([
  ["stored", "available"],
  ["growing", "resizing"],
  ["broken", "error"],
]);

const SNAPSHOT_STATES: ReadonlyMap<string, SnapshotState> = new Map([
  ["copying", "creating"],
  ["ready", "available"],
  ["broken", "error"],
]);

export function toVolume(wire: WireVolume): Volume {
  return {
    id: wire.id,
    name: wire.name,
    provider: PROVIDER,
    region: wire.room,
    sizeGiB: wire.blocks * BLOCK_GIB,
    state: VOLUME_STATES.get(wire.state) ?? "unknown",
    providerState: wire.state,
    createdAt: new Date(wire.created * 1_000),
    ...(wire.note ? { description: wire.note } : {}),
    tags: {},
    attachments: [],
    ...(wire.made_from ? { sourceSnapshotId: wire.made_from } : {}),
  };
}

export function toSnapshot(wire: WireSnapshot): Snapshot {
  const snapshot: Snapshot = {
    id: wire.id,
    name: wire.name,
    provider: PROVIDER,
    volumeId: wire.volume,
    regions: [wire.room],
    state: SNAPSHOT_STATES.get(wire.state) ?? "unknown",
    providerState: wire.state,
    createdAt: new Date(wire.created * 1_000),
    minVolumeSizeGiB: wire.blocks * BLOCK_GIB,
    tags: {},
  };
  return withProviderDetails(snapshot, { clientRef: wire.client_ref ?? undefined });
}

/** The mark that {@link toCreateSnapshotBody} has put on a snapshot. */
export function attemptIdOf(snapshot: Snapshot): string | undefined {
  return (providerDetails(snapshot) as { readonly clientRef?: string } | undefined)?.clientRef;
}

export function toPendingStatus(job: WireJob): PendingStatus {
  if (job.state === "done") return { state: "succeeded" };
  if (job.state !== "failed") return { state: "running", seen: job.state };
  return { state: "failed", reason: job.problem ?? "Attic does not say why" };
}

/** Attic leaves `next` out of the last page, and so does core's page. */
export function toPage<T>(items: readonly T[], next: string | null | undefined): DriverPage<T> {
  return next ? { items, nextToken: next } : { items };
}

/** @throws PolyvolError `invalid_argument` where neither the call nor the configuration names a region */
export function toCreateVolumeBody(input: DriverCreateVolume, defaultRegion?: string): object {
  const room = input.region ?? defaultRegion;
  if (room === undefined)
    throw refusedArgument("region: found nothing; name one, here or as the storage's default");
  return {
    name: input.name,
    room,
    blocks: input.sizeGiB / BLOCK_GIB,
    ...(input.description ? { note: input.description } : {}),
    ...(input.sourceSnapshotId ? { made_from: input.sourceSnapshotId } : {}),
  };
}

export function toCreateSnapshotBody(input: DriverCreateSnapshot): object {
  return { volume: input.volumeId, name: input.name, client_ref: input.attemptId };
}
