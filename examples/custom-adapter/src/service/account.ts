/** What an account of Attic holds, and the rules by which that changes. */

export interface AtticVolume {
  readonly id: string;
  readonly name: string;
  readonly room: string;
  readonly blocks: number;
  readonly state: "stored" | "growing" | "broken";
  readonly created: number;
  readonly note?: string;
  readonly made_from?: string;
}

export interface AtticSnapshot {
  readonly id: string;
  readonly name: string;
  readonly volume: string;
  readonly room: string;
  readonly blocks: number;
  readonly state: "copying" | "ready" | "broken";
  readonly created: number;
  readonly client_ref?: string;
}

export type Json = Readonly<Record<string, unknown>>;

/** What the account may hold. */
const ROOMS = ["north", "south"];
const MAX_BLOCKS = 1024;
const SNAPSHOTS_PER_VOLUME = 5;
const LISTING_LAG_MS = 500;

/** Work that is over by itself once its time has come. */
interface Work {
  readonly endsAt: number;
  readonly fails: boolean;
}

/** Why a request is not carried out. */
export class Refusal extends Error {
  readonly status: number;
  readonly problem: string;
  constructor(status: number, problem: string) {
    super(problem);
    this.status = status;
    this.problem = problem;
  }
}

export interface AccountOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** How long growing a volume and copying a snapshot take, in milliseconds. */
  readonly workMs: number;
}

export function createAccount({ now, workMs }: AccountOptions) {
  const volumes = new Map<string, AtticVolume & { readonly work?: Work & { readonly blocks: number } }>();
  const snapshots = new Map<string, AtticSnapshot & { readonly work: Work; readonly job: string }>();
  let failing = { grow: 0, copy: 0 };
  let lastId = 0;

  const seconds = (): number => Math.floor(now() / 1_000);
  const isOver = (work: Work | undefined): boolean => work === undefined || work.endsAt <= now();

  function newId(letter: string): string {
    lastId += 1;
    return `${letter}${String(lastId).padStart(6, "0")}`;
  }

  function begin(kind: "grow" | "copy"): Work {
    const fails = failing[kind] > 0;
    if (fails) failing = { ...failing, [kind]: failing[kind] - 1 };
    return { endsAt: now() + workMs, fails };
  }

  function volumeOf(id: string): AtticVolume {
    const stored = volumes.get(id);
    if (stored === undefined) throw new Refusal(404, "no_such_volume");
    const { work, ...volume } = stored;
    if (work === undefined) return volume;
    if (!isOver(work)) return { ...volume, state: "growing" };
    return work.fails ? { ...volume, state: "broken" } : { ...volume, blocks: work.blocks };
  }

  function snapshotOf(id: string): AtticSnapshot {
    const stored = snapshots.get(id);
    if (stored === undefined) throw new Refusal(404, "no_such_snapshot");
    const { work, job: _, ...snapshot } = stored;
    if (!isOver(work)) return { ...snapshot, state: "copying" };
    return { ...snapshot, state: work.fails ? "broken" : "ready" };
  }

  const allVolumes = (): readonly AtticVolume[] => [...volumes.keys()].map(volumeOf);
  const allSnapshots = (): readonly AtticSnapshot[] => [...snapshots.keys()].map(snapshotOf);

  function createVolume(body: Json): AtticVolume {
    const { name, room, blocks, note, made_from } = body;
    if (typeof name !== "string" || !/^[a-z0-9][a-z0-9-]{0,39}$/.test(name))
      throw new Refusal(422, "bad_name");
    if (typeof room !== "string" || !ROOMS.includes(room)) throw new Refusal(422, "no_such_room");
    if (!isBlocks(blocks)) throw new Refusal(422, "bad_blocks");
    if (allVolumes().some((each) => each.name === name)) throw new Refusal(409, "name_taken");
    const source = typeof made_from === "string" ? snapshotOf(made_from) : undefined;
    if (source !== undefined && source.state !== "ready") throw new Refusal(409, "busy");
    if (source !== undefined && source.blocks > blocks) throw new Refusal(422, "bad_blocks");
    const id = newId("v");
    const volume = { id, name, room, blocks, state: "stored" as const, created: seconds() };
    volumes.set(id, {
      ...volume,
      ...(typeof note === "string" ? { note } : {}),
      ...(source === undefined ? {} : { made_from: source.id }),
    });
    return volumeOf(id);
  }

  function growVolume(id: string, { blocks }: Json): AtticVolume {
    const volume = volumeOf(id);
    if (volume.state !== "stored") throw new Refusal(409, "busy");
    if (!isBlocks(blocks) || blocks <= volume.blocks) throw new Refusal(422, "bad_blocks");
    volumes.set(id, { ...volume, work: { ...begin("grow"), blocks } });
    return volumeOf(id);
  }

  function deleteVolume(id: string): void {
    const copied = allSnapshots().some((each) => each.volume === id && each.state === "copying");
    if (copied || volumeOf(id).state === "growing") throw new Refusal(409, "busy");
    volumes.delete(id);
  }

  function createSnapshot({ volume: volumeId, name, client_ref }: Json): Json {
    if (typeof name !== "string" || name === "" || name.length > 80) throw new Refusal(422, "bad_name");
    const volume = volumeOf(String(volumeId));
    if (volume.state === "growing") throw new Refusal(409, "busy");
    const siblings = allSnapshots().filter((each) => each.volume === volume.id);
    if (siblings.length >= SNAPSHOTS_PER_VOLUME) throw new Refusal(507, "shelf_full");
    const id = newId("s");
    const job = newId("j");
    snapshots.set(id, {
      ...{ id, name, volume: volume.id, room: volume.room, blocks: volume.blocks },
      ...{ state: "copying", created: seconds() },
      ...(typeof client_ref === "string" ? { client_ref } : {}),
      ...{ work: begin("copy"), job },
    });
    return { snapshot: snapshotOf(id), job };
  }

  function deleteSnapshot(id: string): void {
    if (snapshotOf(id).state === "copying") throw new Refusal(409, "busy");
    snapshots.delete(id);
  }

  function jobOf(id: string): Json {
    const made = [...snapshots.values()].find((each) => each.job === id);
    if (made === undefined) throw new Refusal(404, "no_such_job");
    if (!isOver(made.work)) return { state: "running" };
    return made.work.fails ? { state: "failed", problem: "the copy broke off" } : { state: "done" };
  }

  /** A new one is not listed at once. */
  const listedSnapshots = (): readonly AtticSnapshot[] =>
    allSnapshots().filter(
      ({ id }) => (snapshots.get(id)?.work.endsAt ?? 0) - workMs + LISTING_LAG_MS <= now(),
    );

  return {
    newId,
    volumeOf,
    snapshotOf,
    allVolumes,
    allSnapshots,
    listedSnapshots,
    createVolume,
    growVolume,
    deleteVolume,
    createSnapshot,
    deleteSnapshot,
    jobOf,
    /** Lets the next `count` works of this kind fail in the end. */
    failWork: (kind: "grow" | "copy", count: number): void => {
      failing = { ...failing, [kind]: count };
    },
  };
}

function isBlocks(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MAX_BLOCKS;
}
