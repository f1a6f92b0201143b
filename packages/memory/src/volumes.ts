import type { DriverCreateVolume, Pending } from "@polyvol/core/driver";
import { run } from "./changes.ts";
import { busy, nameTaken, Refusal } from "./refusal.ts";
import { latestSnapshot, snapshotsOf, takeForUse } from "./snapshots.ts";
import { spellTags } from "./spelling.ts";
import { type Commit, present, remove, type VolumeRecord, type World } from "./state.ts";

export interface StartedVolume {
  readonly record: VolumeRecord;
  readonly pending: Pending | undefined;
}

/** The volume of that id. @throws Refusal `not_found` */
export function volumeOf(world: World, id: string): VolumeRecord {
  const record = world.volumes.get(id);
  if (record === undefined || record.removedAt !== undefined) {
    throw new Refusal("not_found", "there is no such volume");
  }
  return record;
}

export function createVolume(world: World, input: DriverCreateVolume, commit: Commit): StartedVolume {
  const { settings } = world;
  const region = oneOf("region", input.region, settings.regions);
  const volumeType = oneOf("volume type", input.volumeType, settings.volumeTypes);
  refuseTakenName(world, input.name, region);
  if (present(world.volumes).length >= (settings.quota.volumes ?? Number.POSITIVE_INFINITY)) {
    throw new Refusal("resource_exhausted", "the account's quota of volumes is full");
  }
  const source = input.sourceSnapshotId === undefined ? undefined : takeForUse(world, input.sourceSnapshotId);
  if (source !== undefined && source.region !== region) {
    throw new Refusal("failed_precondition", `the snapshot is in ${source.region}, not in ${region}`);
  }
  if (source !== undefined && settings.restoreSize === "asked" && input.sizeGiB < source.sizeGiB) {
    throw new Refusal("out_of_range", `the snapshot needs ${source.sizeGiB} GiB`);
  }
  const ordinal = world.next("resource");
  const record: VolumeRecord = {
    id: `volume-${String(ordinal).padStart(6, "0")}`,
    ordinal,
    name: input.name,
    region,
    sizeGiB: source !== undefined && settings.restoreSize === "snapshot" ? source.sizeGiB : input.sizeGiB,
    state: "creating",
    createdAt: commit.now,
    description: input.description,
    tags: spellTags(world, input.tags),
    attachments: [],
    sourceSnapshotId: source?.id,
    volumeType,
    change: "being created",
    removedAt: undefined,
  };
  world.volumes.set(record.id, record);
  if (source !== undefined) source.users += 1;
  const end = (state: "available" | "error"): void => {
    if (source !== undefined) source.users -= 1;
    record.change = undefined;
    record.state = state;
  };
  const pending = run(
    world,
    {
      about: `creation of ${record.id}`,
      durationMs: settings.durations.createVolumeMs,
      begin: () => undefined,
      finish: () => end("available"),
      fail: () => end("error"),
    },
    commit,
  );
  return { record, pending };
}

export function deleteVolume(world: World, id: string, commit: Commit): Pending | undefined {
  const record = volumeOf(world, id);
  if (record.state === "deleting") return undefined;
  if (record.attachments.length > 0) throw new Refusal("failed_precondition", "the volume is attached");
  refuseBusy(record);
  const snapshots = snapshotsOf(world, id);
  if (snapshots.length > 0 && !world.capabilities.supports.includes("snapshots.outliveVolume")) {
    throw new Refusal("failed_precondition", `the volume has snapshots: ${snapshots.length}`);
  }
  if (snapshots.some((each) => each.state === "creating")) throw busy("a snapshot of it is being taken");
  const before = record.state;
  record.state = "deleting";
  return run(
    world,
    {
      about: `deletion of ${id}`,
      durationMs: world.settings.durations.deleteVolumeMs,
      begin: () => {
        record.change = "being deleted";
      },
      finish: (at) => remove(world, world.volumes, record, at),
      fail: (_at, byState) => {
        record.change = undefined;
        record.state = byState ? "error" : before;
      },
    },
    commit,
  );
}

export function resizeVolume(world: World, id: string, sizeGiB: number, commit: Commit): Pending | undefined {
  const record = volumeOf(world, id);
  refuseBusy(record);
  if (sizeGiB <= record.sizeGiB) {
    throw new Refusal("out_of_range", `the volume has ${record.sizeGiB} GiB and can only grow`);
  }
  const finish = (): void => {
    record.sizeGiB = sizeGiB;
  };
  return change(world, record, "resizing", world.settings.durations.resizeVolumeMs, finish, commit);
}

export function attachVolume(
  world: World,
  id: string,
  serverId: string,
  commit: Commit,
): Pending | undefined {
  const record = volumeOf(world, id);
  if (!world.settings.servers.includes(serverId)) throw new Refusal("not_found", "there is no such server");
  refuseBusy(record);
  if (record.attachments.some((each) => each.serverId === serverId)) return undefined;
  if (record.attachments.length > 0 && !world.capabilities.supports.includes("volumes.multiAttach")) {
    throw new Refusal("failed_precondition", "the volume is attached to another server");
  }
  const attached = present(world.volumes).filter((each) =>
    each.attachments.some((attachment) => attachment.serverId === serverId),
  );
  const limit = world.capabilities.limits.volumesPerServer;
  if (limit !== "unknown" && attached.length >= limit) {
    throw new Refusal(
      "resource_exhausted",
      `the server has ${attached.length} volumes, and may have no more`,
    );
  }
  const device = `/dev/vd${String.fromCharCode("b".charCodeAt(0) + attached.length)}`;
  const finish = (at: number): void => {
    record.attachments = [...record.attachments, { serverId, device, attachedAt: at }];
  };
  return change(world, record, "attaching", world.settings.durations.attachVolumeMs, finish, commit);
}

export function detachVolume(
  world: World,
  id: string,
  serverId: string,
  commit: Commit,
): Pending | undefined {
  const record = volumeOf(world, id);
  refuseBusy(record);
  if (!record.attachments.some((each) => each.serverId === serverId)) return undefined;
  const finish = (): void => {
    record.attachments = record.attachments.filter((each) => each.serverId !== serverId);
  };
  return change(world, record, "detaching", world.settings.durations.detachVolumeMs, finish, commit);
}

export function revertVolume(
  world: World,
  id: string,
  snapshotId: string,
  commit: Commit,
): Pending | undefined {
  const record = volumeOf(world, id);
  const snapshot = takeForUse(world, snapshotId);
  refuseBusy(record);
  if (record.attachments.length > 0) throw new Refusal("failed_precondition", "the volume is attached");
  if (latestSnapshot(world, id)?.id !== snapshotId) {
    throw new Refusal("failed_precondition", "only the volume's latest snapshot can be reverted to");
  }
  if (snapshot.sizeGiB !== record.sizeGiB) {
    throw new Refusal("failed_precondition", "the volume has grown since the snapshot was taken");
  }
  snapshot.users += 1;
  if (world.settings.mode === "state") snapshot.state = "restoring";
  const release = (): void => {
    snapshot.users -= 1;
    snapshot.state = "available";
  };
  return change(
    world,
    record,
    "reverting",
    world.settings.durations.revertVolumeMs,
    release,
    commit,
    release,
  );
}

/** Names change at once in every mode. */
export function renameVolume(world: World, id: string, name: string): undefined {
  const record = volumeOf(world, id);
  refuseBusy(record);
  if (record.name !== name) refuseTakenName(world, name, record.region);
  record.name = name;
}

/** A change of a volume that is there: busy meanwhile, and afterwards available or in use. */
function change(
  world: World,
  record: VolumeRecord,
  state: "resizing" | "attaching" | "detaching" | "reverting",
  durationMs: number,
  finish: (at: number) => void,
  commit: Commit,
  fail: () => void = () => undefined,
): Pending | undefined {
  return run(
    world,
    {
      about: `${state} of ${record.id}`,
      durationMs,
      begin: () => {
        record.change = state;
      },
      show: () => {
        record.state = state;
      },
      finish: (at) => {
        finish(at);
        record.change = undefined;
        record.state = record.attachments.length > 0 ? "in_use" : "available";
      },
      fail: (_at, byState) => {
        fail();
        record.change = undefined;
        if (byState) record.state = "error";
      },
    },
    commit,
  );
}

function refuseBusy(record: VolumeRecord): void {
  if (record.change !== undefined) throw busy(`the volume is busy: ${record.change}`);
}

function refuseTakenName(world: World, name: string, region: string): void {
  const { enforced, scope } = world.capabilities.volumeNames;
  if (!enforced) return;
  const rivals = present(world.volumes).filter((each) => scope === "account" || each.region === region);
  if (rivals.some((each) => each.name === name)) throw nameTaken("volume", name);
}

/** `wanted`, or the first that there is. */
function oneOf(what: string, wanted: string | undefined, all: readonly string[]): string {
  const chosen = wanted ?? all[0];
  if (chosen !== undefined && all.includes(chosen)) return chosen;
  throw new Refusal(
    "invalid_argument",
    `there is no ${what} ${JSON.stringify(wanted)}, but ${all.join(", ")}`,
  );
}
