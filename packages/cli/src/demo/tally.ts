import type { LogEntry } from "@polyvol/emulators";
import { KINDS } from "./faults.ts";
import type { TrueState } from "./true-state.ts";

/** What one kind of fault did, and what came of it. */
export interface FaultRow {
  readonly fault: string;
  /** How often it was injected. */
  readonly injected: number;
  /** Snapshots that it struck while they were made. */
  readonly creates: number;
  /** Of those: with a second one of the same name at the end of the night. */
  readonly duplicated: number;
  /** Of those: not there at the end of the night. */
  readonly lost: number;
}

/** Counts over all nights. */
export interface Tally {
  /**
   * Adds what the log of a cloud says of a night, judged by what the cloud holds at its end. Gives the number of
   * faults.
   */
  add(entries: readonly LogEntry[], state: TrueState): number;
  /** Adds something that struck a whole run. */
  addRow(row: FaultRow): void;
  readonly rows: () => readonly FaultRow[];
  readonly requests: () => number;
}

type Counts = { -readonly [Key in keyof FaultRow]: FaultRow[Key] };

export function createTally(): Tally {
  const counts = new Map<string, Counts>(
    KINDS.map(({ title }) => [title, { fault: title, injected: 0, creates: 0, duplicated: 0, lost: 0 }]),
  );
  const more: FaultRow[] = [];
  let requests = 0;
  return {
    add(entries, state) {
      requests += entries.length;
      const names = countNames(state);
      const struck = new Map<Counts, Set<string>>();
      let faults = 0;
      for (const entry of entries) {
        const row = counts.get(entry.fault?.id.split("/")[0] ?? "");
        if (row === undefined) continue;
        faults += 1;
        row.injected += 1;
        const name = createdName(entry);
        if (name !== undefined) struck.set(row, (struck.get(row) ?? new Set()).add(name));
      }
      for (const [row, created] of struck) {
        const found = [...created].map((name) => names.get(name) ?? 0);
        row.creates += found.length;
        row.duplicated += found.filter((count) => count > 1).length;
        row.lost += found.filter((count) => count === 0).length;
      }
      return faults;
    },
    addRow: (row) => void more.push(row),
    rows: () => [...counts.values(), ...more],
    requests: () => requests,
  };
}

/** How many snapshots have each name. A name holds a digest of its volume, so no two volumes share one. */
function countNames({ snapshots }: TrueState): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { name } of snapshots) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** The name of the snapshot that a request asks for; nothing for any other request. */
function createdName({ method, target, requestBody }: LogEntry): string | undefined {
  if (method !== "POST" || !target.endsWith("/snapshots")) return undefined;
  return (JSON.parse(requestBody) as { readonly name?: string }).name;
}
