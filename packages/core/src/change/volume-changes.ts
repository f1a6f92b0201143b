import { isSameId } from "../answered.ts";
import type { Call } from "../call/call.ts";
import type { Runtime } from "../call/runtime.ts";
import type { CallContext, Changed } from "../driver.ts";
import { type PolyvolError, refused } from "../errors.ts";
import type { SnapshotResources } from "../operations/resources.ts";
import { inUse, type Volume, type VolumeState } from "../volume.ts";
import { describeState } from "../wait/goals.ts";
import { listWords, show } from "../words.ts";

/** The server that a change attaches a volume to or detaches it from. */
export interface ServerOfChange {
  readonly id: string;
  readonly change: "attach" | "detach";
}

/** A change of a volume, told by where it leads: so it can be repeated, and recovered by looking. */
export interface VolumeChange {
  /** Whether the volume is as wanted; then nothing is sent. */
  reached(volume: Volume): boolean;
  /**
   * States in which the volume may look as wanted and not stay so: a change of the same matter is under way. In all
   * others it is returned as it is. `isBounded`: also in these, once it has stayed in them for a minute.
   */
  readonly openIn?: { readonly states: readonly VolumeState[]; readonly isBounded?: boolean };
  /** What is there and what was asked for, in words, of a volume that another client has changed meanwhile. */
  compare?(volume: Volume): string | undefined;
  /** What a volume says that another client has brought to where the change cannot lead any more. No later look undoes it. */
  overtaken?(volume: Volume): PolyvolError | undefined;
  /** Throws what forbids the change in the volume's present state. Default: nothing does. */
  refuse?(volume: Volume): void;
  /** Reads what the change needs beside the volume, right before each request. What it throws forbids the change. */
  check?(): Promise<void>;
  send(context: CallContext): Promise<Changed>;
  /** The server that it is about, too, where there is one. */
  readonly server?: ServerOfChange;
  /** Whether what is missing may be something else that it is about, too. */
  readonly isOfAnother?: boolean;
  /** Whether no look can tell that it was done. */
  readonly leavesNoTrace?: boolean;
  /** Whether it changes what is written of the volume and nothing else, so that no state of it is the change's failure. */
  readonly isOfRecord?: boolean;
}

/** To another size. Core has checked that it is one that the provider has. */
export function resizing({ driver }: Runtime, id: string, sizeGiB: number): VolumeChange {
  const send = requireMethod(driver.provider, "resizeVolume", driver.resizeVolume?.bind(driver));
  let before: number | undefined;
  return {
    reached: (volume) => volume.sizeGiB === sizeGiB,
    compare: (volume) =>
      before === undefined || volume.sizeGiB === before || volume.sizeGiB === sizeGiB
        ? undefined
        : `it has ${volume.sizeGiB} GiB, and ${sizeGiB} GiB were asked for`,
    overtaken: (volume) => {
      if (volume.sizeGiB <= sizeGiB) return undefined;
      const words =
        before === undefined || before > sizeGiB
          ? `it has ${volume.sizeGiB} GiB and cannot shrink to ${sizeGiB} GiB`
          : `it has ${volume.sizeGiB} GiB, and ${sizeGiB} GiB were asked for: another resize has overtaken this one, and it cannot shrink`;
      return refused("out_of_range", words);
    },
    openIn: { states: ["creating", "resizing", "reverting"] },
    refuse: (volume) => {
      before ??= volume.sizeGiB;
      refuseFailed(volume);
    },
    send: (context) => send(id, sizeGiB, context),
  };
}

export function attaching({ driver, capabilities }: Runtime, id: string, serverId: string): VolumeChange {
  const send = requireMethod(driver.provider, "attachVolume", driver.attachVolume?.bind(driver));
  return {
    reached: (volume) => isAttached(volume, serverId),
    openIn: { states: ["attaching", "detaching"] },
    refuse: (volume) => {
      refuseFailed(volume);
      const others = listWords(volume.attachments.map((each) => each.serverId));
      if (others === "" || capabilities.supports.includes("volumes.multiAttach")) return;
      throw refused("failed_precondition", `it is attached to ${others}; detach it first`);
    },
    send: (context) => send(id, serverId, context),
    server: { id: serverId, change: "attach" },
  };
}

export function detaching({ driver }: Runtime, id: string, serverId: string): VolumeChange {
  const send = requireMethod(driver.provider, "detachVolume", driver.detachVolume?.bind(driver));
  return {
    // In use by a server that is not named: which one it is, only the provider knows.
    reached: ({ attachments, state }) =>
      attachments.length === 0 ? state !== "in_use" : !isAttached({ attachments }, serverId),
    openIn: { states: ["attaching", "detaching"], isBounded: true },
    send: (context) => send(id, serverId, context),
    server: { id: serverId, change: "detach" },
  };
}

export function renaming({ driver }: Runtime, id: string, name: string): VolumeChange {
  const send = requireMethod(driver.provider, "renameVolume", driver.renameVolume?.bind(driver));
  let before: string | undefined;
  return {
    reached: (volume) => volume.name === name,
    compare: (volume) =>
      volume.name === before || volume.name === name
        ? undefined
        : `it is named ${show(volume.name)}, and ${show(name)} was asked for`,
    refuse: (volume) => {
      before ??= volume.name;
    },
    send: (context) => send(id, name, context),
    isOfRecord: true,
  };
}

/** To its latest snapshot, which is made sure of right before the request. */
export function reverting(
  { driver }: Runtime,
  call: Call,
  snapshots: SnapshotResources,
  id: string,
  snapshotId: string,
): VolumeChange {
  const send = requireMethod(driver.provider, "revertVolume", driver.revertVolume?.bind(driver));
  let sent = false;
  return {
    // A revert leaves no trace to look for: it is done when it was sent and the volume is at rest again.
    reached: () => sent,
    isOfAnother: true,
    leavesNoTrace: true,
    openIn: { states: ["reverting"] },
    refuse: (volume) => {
      refuseFailed(volume);
      const use = inUse(volume);
      if (use !== undefined) throw refused("failed_precondition", `it is ${use}; detach it first`);
    },
    check: () => requireLatest(snapshots, call, id, snapshotId),
    send: async (context) => {
      const changed = await send(id, snapshotId, context);
      sent = true;
      return changed;
    },
  };
}

/** @throws PolyvolError `unsupported` for a driver that declares a capability and has no method for it */
export function requireMethod<T>(provider: string, name: string, method: T | undefined): T {
  if (method !== undefined) return method;
  throw refused("unsupported", `the driver ${provider} lacks ${name}`);
}

function isAttached(volume: Pick<Volume, "attachments">, serverId: string): boolean {
  return volume.attachments.some((each) => isSameId(each.serverId, serverId));
}

function refuseFailed(volume: Volume): void {
  if (volume.state !== "error" && volume.state !== "deleting") return;
  throw refused("failed_precondition", `it is in the state ${describeState(volume)}`);
}

async function requireLatest(
  snapshots: SnapshotResources,
  call: Call,
  volumeId: string,
  snapshotId: string,
): Promise<void> {
  const all = await snapshots.listAll(call, { volumeId });
  const listed = all.find((each) => isSameId(each.id, snapshotId));
  // A listing may not show yet what was made just now.
  const wanted = listed ?? (await snapshots.tryGet(call, snapshotId));
  if (wanted === undefined || (listed === undefined && !isSameId(wanted.volumeId, volumeId))) {
    call.about({ kind: "snapshot", id: snapshotId });
    const reason = `volume ${volumeId} has no snapshot ${snapshotId}`;
    throw refused("not_found", reason);
  }
  const newer = all.filter((each) => each.createdAt > wanted.createdAt).length;
  if (newer === 0) return;
  const reason = `only the latest snapshot can be reverted to, and ${newer} are newer than ${snapshotId}`;
  throw refused("failed_precondition", reason);
}
