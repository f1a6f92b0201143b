import type { Emulator, FaultEffect, Inventory, LogEntry } from "@polyvol/emulators";

/** A kind of fault, and the forms that it comes in. */
interface FaultKind {
  readonly title: string;
  readonly effects: readonly FaultEffect[];
  /** Strikes the creation of snapshots only. */
  readonly snapshotsOnly?: boolean;
}

const answers = (when: "before" | "after"): readonly FaultEffect[] =>
  [500, 502, 503, 504].map((status) => ({ kind: "answer", status, when }));

const pages = (["before", "after"] as const).map((when): FaultEffect => ({ kind: "html", when }));

/** What goes wrong in every round. */
const KINDS: readonly FaultKind[] = [
  { title: "answer lost, the request took effect", effects: [{ kind: "cut-after" }] },
  { title: "connection cut before any effect", effects: [{ kind: "cut-before" }] },
  { title: "500, 502, 503 or 504 without effect", effects: answers("before") },
  { title: "500, 502, 503 or 504 after the effect", effects: answers("after") },
  {
    title: "429 too many requests",
    effects: [{ kind: "answer", status: 429, headers: { "retry-after": "2" } }],
  },
  { title: "web page with status 200", effects: pages },
  { title: "half an answer, then cut", effects: [{ kind: "truncate", cut: true }] },
  {
    title: "answer lost, effect a second later",
    effects: [{ kind: "commit-late", ms: 1000 }],
    snapshotsOnly: true,
  },
];

/** How likely a request is struck by each kind. */
const PROBABILITY = 0.018;

/**
 * Replaces the faults of a cloud by those of a round. The id of each is its title, a slash, and a number.
 *
 * @param seed decides which requests are struck, in the order of their arrival
 * @param down the cloud cannot be reached at all
 */
export function setFaults(emulator: Emulator, seed: number, down: boolean): void {
  emulator.faults.clear();
  if (down) emulator.faults.add({ kind: "refuse", id: "outage" });
  let number = 0;
  for (const { title, effects, snapshotsOnly } of KINDS) {
    for (const effect of effects) {
      number += 1;
      emulator.faults.add({
        ...effect,
        id: `${title}/${number}`,
        probability: PROBABILITY / effects.length,
        seed: seed + number,
        ...(snapshotsOnly === true ? { match: { method: "POST", path: "/**/snapshots" } } : {}),
      });
    }
  }
}

/** One line of the table of faults. */
export interface FaultRow {
  readonly fault: string;
  /** How often it was injected. */
  readonly injected: number;
  /** How many snapshots it struck while they were created. */
  readonly creates: number;
  /** How many of those existed twice at the end of the round. */
  readonly duplicated: number;
  /** How many of those did not exist at the end of the round. */
  readonly lost: number;
}

/** A snapshot that a request asked for, and how many of its name a cloud held at the end of the round. */
export interface Creation {
  readonly name: string;
  readonly held: number;
}

/** What the log of a cloud says of one round. `snapshots` are those that the cloud holds at its end. */
export function readLog(
  entries: readonly LogEntry[],
  snapshots: Inventory["snapshots"],
): { readonly creations: readonly Creation[]; readonly rows: readonly FaultRow[] } {
  // A name holds a digest of its volume, so no two volumes share one.
  const held = Map.groupBy(snapshots, ({ name }) => name);
  const creationsIn = (some: readonly LogEntry[]): readonly Creation[] =>
    [...new Set(some.flatMap(createdName))].map((name) => ({ name, held: held.get(name)?.length ?? 0 }));
  return {
    creations: creationsIn(entries),
    rows: KINDS.map(({ title }) => {
      const struck = entries.filter(({ fault }) => fault?.id.split("/")[0] === title);
      return faultRow(title, struck.length, creationsIn(struck));
    }),
  };
}

interface Named {
  readonly name: string;
}

/** The name of the snapshot that a request asks for; nothing for any other request. */
function createdName({ method, target, requestBody }: LogEntry): readonly string[] {
  if (method !== "POST" || !target.endsWith("/snapshots")) return [];
  const body = JSON.parse(requestBody) as Named & { readonly snapshot?: Named };
  return [(body.snapshot ?? body).name];
}

export function faultRow(fault: string, injected: number, creations: readonly Creation[]): FaultRow {
  const duplicated = creations.filter(({ held }) => held > 1).length;
  const lost = creations.filter(({ held }) => held === 0).length;
  return { fault, injected, creates: creations.length, duplicated, lost };
}

/** One row for each fault, with the sums of all rows about it. */
export function sumRows(rows: readonly FaultRow[]): readonly FaultRow[] {
  return [...Map.groupBy(rows, ({ fault }) => fault)].map(([fault, all]) => {
    const sum = (key: Exclude<keyof FaultRow, "fault">): number =>
      all.reduce((total, row) => total + row[key], 0);
    return {
      fault,
      injected: sum("injected"),
      creates: sum("creates"),
      duplicated: sum("duplicated"),
      lost: sum("lost"),
    };
  });
}
