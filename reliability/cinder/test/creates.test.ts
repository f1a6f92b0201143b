/** Creates whose first request meets a fault between Polyvol and the real server: each ends with one resource. */
import type { Fault } from "@polyvol/emulators";
import { describe, expect, inject, test } from "vitest";
import { pooled } from "../../src/pool.ts";
import { report } from "../../src/report.ts";
import { type CinderCloud, type Kind, openCloud } from "../src/cloud.ts";
import { readServer } from "../src/server.ts";

/** Of each fault. Cinder's own work is most of the time. */
const CREATES = inject("isFull") ? 40 : 8;
/** Longer than any answer takes on a busy machine; what takes longer is answered too late. */
const ATTEMPT_TIMEOUT_MS = 15_000;
const once = { perRequest: 1 };
const FAULTS: readonly (readonly [string, Fault])[] = [
  ["answer lost", { kind: "cut-after", ...once }],
  ["cut before it arrives", { kind: "cut-before", ...once }],
  ["500 after", { kind: "answer", status: 500, when: "after", ...once }],
  ["503 before", { kind: "answer", status: 503, when: "before", ...once }],
  ["503 after", { kind: "answer", status: 503, when: "after", ...once }],
  ["429 with Retry-After: 1", { kind: "answer", status: 429, headers: { "retry-after": "1" }, ...once }],
  ["half an answer", { kind: "truncate", ...once }],
  ["half an answer, then cut", { kind: "truncate", cut: true, ...once }],
  ["HTML with 200 after", { kind: "html", when: "after", ...once }],
  ["answered too late", { kind: "delay-after", ms: ATTEMPT_TIMEOUT_MS + 2_000, ...once }],
  ["lost, carried out 0.7 s later", { kind: "commit-late", ms: 700, ...once }],
];

/** One create of each name, all under way at once. */
async function createMany(
  cloud: CinderCloud,
  kind: Kind,
  row: number,
  volumeIds: readonly string[],
): Promise<Record<string, number | readonly string[]>> {
  const names = Array.from({ length: CREATES }, (_, index) => `${kind}-${row}-${index}`);
  const { volumes, snapshots } = cloud.storage({ attemptTimeoutMs: ATTEMPT_TIMEOUT_MS });
  const results = await pooled(
    names,
    CREATES,
    (name, index): Promise<{ readonly id: string }> =>
      kind === "volume"
        ? volumes.create({ name, sizeGiB: 1 })
        : snapshots.create({ name, volumeId: volumeIds[index] ?? "" }),
  );
  const held = cloud.holds()[`${kind}s`].filter(({ name }) => name.startsWith(`${kind}-${row}-`));
  const returned = new Set(results.flatMap((each) => (each.status === "fulfilled" ? [each.value.id] : [])));
  return {
    failures: results.flatMap((each) => (each.status === "rejected" ? [String(each.reason)] : [])),
    succeeded: returned.size,
    duplicated: held.length - new Set(held.map(({ name }) => name)).size,
    leftBehind: held.filter(({ id }) => !returned.has(id)).length,
    ready: held.filter(({ status }) => status === "available").length,
  };
}

const PERFECT = { failures: [], succeeded: CREATES, duplicated: 0, leftBehind: 0, ready: CREATES };

describe.skipIf(readServer() === undefined)(`${CREATES} creates for each fault on a real Cinder`, () => {
  test.each<Kind>(["volume", "snapshot"])("%ss", async (kind) => {
    const cloud = await openCloud();
    const names = kind === "snapshot" ? Array.from({ length: CREATES }, (_, index) => `of-${index}`) : [];
    const { volumes } = cloud.storage();
    const made = await Promise.all(names.map((name) => volumes.create({ name, sizeGiB: 1 })));
    const perFault: Record<string, Awaited<ReturnType<typeof createMany>>> = {};
    for (const [row, [name, fault]] of FAULTS.entries()) {
      cloud.proxy.faults.clear();
      cloud.strikeCreates(kind, fault);
      perFault[name] = await createMany(
        cloud,
        kind,
        row,
        made.map(({ id }) => id),
      );
      expect(cloud.proxy.faults.list()[0]?.applied, name).toBeGreaterThanOrEqual(CREATES);
    }
    const sum = (figure: string): number =>
      Object.values(perFault).reduce((total, figures) => total + Number(figures[figure]), 0);
    report({
      id: `cinder-0-creates-${kind}`,
      promise: "5",
      what: `${kind} creates, ${FAULTS.length} faults of ${CREATES}`,
      figures: {
        created: `${sum("succeeded")} of ${FAULTS.length * CREATES}`,
        duplicated: sum("duplicated"),
        "left behind": sum("leftBehind"),
      },
      bar: "all, 0, 0",
    });
    expect(perFault).toEqual(Object.fromEntries(FAULTS.map(([name]) => [name, PERFECT])));
  });
});
