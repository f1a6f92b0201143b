import type { Emulator, Fault, FaultEffect } from "@polyvol/emulators";

/** A kind of fault in the words of the story, and the forms that it comes in. */
export interface FaultKind {
  readonly title: string;
  readonly effects: readonly FaultEffect[];
  /** Strikes the creation of snapshots only. */
  readonly snapshots?: boolean;
}

const answers = (when: "before" | "after"): readonly FaultEffect[] =>
  [500, 502, 503, 504].map((status) => ({ kind: "answer", status, when }));

/** What goes wrong in every night. */
export const KINDS: readonly FaultKind[] = [
  { title: "answer lost, the request took effect", effects: [{ kind: "cut-after" }] },
  { title: "connection cut before any effect", effects: [{ kind: "cut-before" }] },
  { title: "500, 502, 503 or 504 without effect", effects: answers("before") },
  { title: "500, 502, 503 or 504 after the effect", effects: answers("after") },
  {
    title: "429 too many requests",
    effects: [{ kind: "answer", status: 429, headers: { "retry-after": "2" } }],
  },
  {
    title: "web page with status 200",
    effects: [
      { kind: "html", when: "before" },
      { kind: "html", when: "after" },
    ],
  },
  { title: "half an answer, then cut", effects: [{ kind: "truncate", cut: true }] },
  {
    title: "answer lost, effect a second later",
    effects: [{ kind: "commit-late", ms: 1000 }],
    snapshots: true,
  },
];

/** How likely a request is struck by each kind. */
const CHANCE = 0.018;

/**
 * Makes tonight's faults, and nothing else, strike an emulator. The id of each is its title, a slash, and a number.
 *
 * @param seed decides which requests are struck, in the order of their arrival
 * @param down the cloud cannot be reached at all
 */
export function setFaults(emulator: Emulator, seed: number, down: boolean): void {
  emulator.faults.clear();
  if (down) emulator.faults.add({ kind: "refuse", id: "outage" });
  let number = 0;
  for (const { title, effects, snapshots } of KINDS) {
    for (const effect of effects) {
      number += 1;
      const fault: Fault = {
        ...effect,
        id: `${title}/${number}`,
        probability: CHANCE / effects.length,
        seed: seed + number,
        ...(snapshots === true ? { match: { method: "POST", path: "/**/snapshots" } } : {}),
      };
      emulator.faults.add(fault);
    }
  }
}
