import type { DriverCreateVolume, Pending } from "@polyvol/core/driver";
import { busy, nameTaken, Refusal } from "./failure.ts";
import { startChange } from "./pending.ts";
import type { Snapshots } from "./snapshots.ts";
import {
  type Commit,
  type MemoryState,
  present,
  removeRecord,
  spellTags,
  type VolumeRecord,
} from "./state.ts";

export type Volumes = ReturnType<typeof createVolumes>;

/** The volumes of an account with the rules of the provider. Refused calls throw `Refusal`. */
export function createVolumes(state: MemoryState, snapshots: Snapshots) {
  const { capabilities, settings } = state;
  const { durations } = settings;

  /** The volume of that id, or `not_found`. */
  function get(id: string): VolumeRecord {
    const record = state.volumes.get(id);
    if (record !== undefined && record.removedAt === undefined) return record;
    throw new Refusal("not_found", "there is no such volume");
  }

  function create(input: DriverCreateVolume, commit: Commit): [VolumeRecord, Pending | undefined] {
    const region = oneOf("region", input.region, settings.regions);
    const volumeType = oneOf("volume type", input.volumeType, settings.volumeTypes);
    checkName(input.name, region);
    if (present(state.volumes).length >= (settings.quota.volumes ?? Number.POSITIVE_INFINITY))
      throw new Refusal("resource_exhausted", "the account's quota of volumes is full");
    const { sourceSnapshotId } = input;
    const source = sourceSnapshotId === undefined ? undefined : snapshots.getAvailable(sourceSnapshotId);
    if (source !== undefined && source.region !== region)
      throw new Refusal("failed_precondition", `the snapshot is in ${source.region}, not in ${region}`);
    const asked = settings.restoreSize === "asked";
    if (source !== undefined && asked && input.sizeGiB < source.sizeGiB)
      throw new Refusal("out_of_range", `the snapshot needs ${source.sizeGiB} GiB`);
    const record: VolumeRecord = {
      ...state.next("volume"),
      name: input.name,
      region,
      sizeGiB: source === undefined || asked ? input.sizeGiB : source.sizeGiB,
      state: "creating",
      createdAt: commit.now,
      description: input.description,
      tags: spellTags(state, input.tags),
      attachments: [],
      sourceSnapshotId: source?.id,
      volumeType,
      change: "being created",
      removedAt: undefined,
    };
    state.volumes.set(record.id, record);
    if (source !== undefined) source.users += 1;
    const end = (to: "available" | "error"): void => {
      if (source !== undefined) source.users -= 1;
      record.change = undefined;
      record.state = to;
    };
    const change = {
      about: `creation of ${record.id}`,
      durationMs: durations.createVolumeMs,
      finish: () => end("available"),
      fail: () => end("error"),
    };
    return [record, startChange(state, change, commit)];
  }

  function deleteVolume(id: string, commit: Commit): Pending | undefined {
    const record = get(id);
    const before = record.state;
    if (before === "deleting") return undefined;
    if (record.attachments.length > 0) throw new Refusal("failed_precondition", "the volume is attached");
    checkIdle(record);
    const own = snapshots.of(id);
    if (own.length > 0 && !capabilities.supports.includes("snapshots.outliveVolume"))
      throw new Refusal("failed_precondition", `the volume has snapshots: ${own.length}`);
    if (own.some((each) => each.state === "creating")) throw busy("a snapshot of it is being taken");
    record.state = "deleting";
    const change = {
      about: `deletion of ${id}`,
      durationMs: durations.deleteVolumeMs,
      begin: () => {
        record.change = "being deleted";
      },
      finish: (at: number) => removeRecord(state, state.volumes, record, at),
      fail: (byState: boolean) => {
        record.change = undefined;
        record.state = byState ? "error" : before;
      },
    };
    return startChange(state, change, commit);
  }

  function resize(id: string, sizeGiB: number, commit: Commit): Pending | undefined {
    const record = get(id);
    checkIdle(record);
    if (sizeGiB <= record.sizeGiB)
      throw new Refusal("out_of_range", `the volume has ${record.sizeGiB} GiB and can only grow`);
    const finish = (): void => {
      record.sizeGiB = sizeGiB;
    };
    return change(record, { state: "resizing", durationMs: durations.resizeVolumeMs, finish }, commit);
  }

  function attach(id: string, serverId: string, commit: Commit): Pending | undefined {
    const record = get(id);
    if (!settings.servers.includes(serverId)) throw new Refusal("not_found", "there is no such server");
    checkIdle(record);
    if (isAttached(record, serverId)) return undefined;
    if (record.attachments.length > 0 && !capabilities.supports.includes("volumes.multiAttach"))
      throw new Refusal("failed_precondition", "the volume is attached to another server");
    const { length: count } = present(state.volumes).filter((each) => isAttached(each, serverId));
    const limit = capabilities.limits.volumesPerServer;
    if (limit !== "unknown" && count >= limit)
      throw new Refusal("resource_exhausted", `the server has ${count} volumes, and may have no more`);
    const device = `/dev/vd${String.fromCharCode("b".charCodeAt(0) + count)}`;
    const finish = (at: number): void => {
      record.attachments = [...record.attachments, { serverId, device, attachedAt: at }];
    };
    return change(record, { state: "attaching", durationMs: durations.attachVolumeMs, finish }, commit);
  }

  function detach(id: string, serverId: string, commit: Commit): Pending | undefined {
    const record = get(id);
    checkIdle(record);
    if (!isAttached(record, serverId)) return undefined;
    const finish = (): void => {
      record.attachments = record.attachments.filter((each) => each.serverId !== serverId);
    };
    return change(record, { state: "detaching", durationMs: durations.detachVolumeMs, finish }, commit);
  }

  function revert(id: string, snapshotId: string, commit: Commit): Pending | undefined {
    const record = get(id);
    const snapshot = snapshots.getAvailable(snapshotId);
    checkIdle(record);
    if (record.attachments.length > 0) throw new Refusal("failed_precondition", "the volume is attached");
    if (snapshots.of(id).at(-1)?.id !== snapshotId)
      throw new Refusal("failed_precondition", "only the volume's latest snapshot can be reverted to");
    if (snapshot.sizeGiB !== record.sizeGiB)
      throw new Refusal("failed_precondition", "the volume has grown since the snapshot was taken");
    snapshot.users += 1;
    if (settings.mode === "state") snapshot.state = "restoring";
    const finish = (): void => {
      snapshot.users -= 1;
      snapshot.state = "available";
    };
    const reverting = {
      state: "reverting",
      durationMs: durations.revertVolumeMs,
      finish,
      fail: finish,
    } as const;
    return change(record, reverting, commit);
  }

  /** Names change at once in every mode. */
  function rename(id: string, name: string): undefined {
    const record = get(id);
    checkIdle(record);
    if (record.name !== name) checkName(name, record.region);
    record.name = name;
  }

  /** A change of a volume that is there: busy meanwhile, and afterwards available or in use. */
  function change(record: VolumeRecord, about: VolumeChange, commit: Commit): Pending | undefined {
    const { durationMs, finish, fail } = about;
    return startChange(
      state,
      {
        about: `${about.state} of ${record.id}`,
        durationMs,
        begin: () => {
          record.change = about.state;
        },
        show: () => {
          record.state = about.state;
        },
        finish: (at) => {
          finish(at);
          record.change = undefined;
          record.state = record.attachments.length > 0 ? "in_use" : "available";
        },
        fail: (byState) => {
          fail?.();
          record.change = undefined;
          if (byState) record.state = "error";
        },
      },
      commit,
    );
  }

  function checkName(name: string, region: string): void {
    const { enforced, scope } = capabilities.volumeNames;
    const others = present(state.volumes).filter((each) => scope === "account" || each.region === region);
    if (enforced && others.some((each) => each.name === name)) throw nameTaken("volume", name);
  }

  return { get, create, delete: deleteVolume, resize, attach, detach, revert, rename };
}

interface VolumeChange {
  readonly state: "resizing" | "attaching" | "detaching" | "reverting";
  readonly durationMs: number;
  readonly finish: (at: number) => void;
  readonly fail?: () => void;
}

function isAttached({ attachments }: VolumeRecord, serverId: string): boolean {
  return attachments.some((each) => each.serverId === serverId);
}

function checkIdle({ change }: VolumeRecord): void {
  if (change !== undefined) throw busy(`the volume is busy: ${change}`);
}

/** `wanted`, or the first that there is. */
function oneOf(what: string, wanted: string | undefined, all: readonly string[]): string {
  const chosen = wanted ?? all[0];
  if (chosen !== undefined && all.includes(chosen)) return chosen;
  const known = all.join(", ");
  throw new Refusal("invalid_argument", `there is no ${what} ${JSON.stringify(wanted)}, but ${known}`);
}
