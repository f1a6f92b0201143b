import type { Fault } from "@polyvol/emulators";

const statuses = [500, 502, 503, 504] as const;
/** What may become of a request and its answer, by name. */
export const FAULTS: readonly (readonly [string, Fault])[] = [
  ["answer lost after the commit", { kind: "cut-after", perRequest: 1 }],
  ["answer lost twice", { kind: "cut-after", perRequest: 2 }],
  ["cut before the commit", { kind: "cut-before", perRequest: 1 }],
  ["cut before the commit, twice", { kind: "cut-before", perRequest: 2 }],
  ["no connection", { kind: "refuse", perRequest: 1 }],
  ...statuses.flatMap((status) =>
    (["before", "after"] as const).map(
      (when) => [`${status} ${when} the commit`, { kind: "answer", status, when, perRequest: 1 }] as const,
    ),
  ),
  [
    "429 with Retry-After: 1",
    { kind: "answer", status: 429, headers: { "retry-after": "1" }, perRequest: 1 },
  ],
  ["half an answer", { kind: "truncate", perRequest: 1 }],
  ["half an answer, then cut", { kind: "truncate", cut: true, perRequest: 1 }],
  ["HTML with 200 before the commit", { kind: "html", perRequest: 1 }],
  ["HTML with 200 after the commit", { kind: "html", when: "after", perRequest: 1 }],
  ["lost, committed 0.7 s later", { kind: "commit-late", ms: 700, perRequest: 1 }],
];
