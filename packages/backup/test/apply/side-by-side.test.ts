import type { BlockStorage } from "@polyvol/core";
import { createVirtualClock } from "@polyvol/core/driver";
import { createMemoryStorage } from "@polyvol/memory";
import { afterEach, describe, expect, test } from "vitest";
import { type BackupEvent, parsePolicies, type RunOptions, type RunReport, run } from "../../src/index.ts";
import { createEmulatedWorld, type EmulatedWorld, storedSnapshots } from "../support/emulated-clouds.ts";
import { nightly } from "../support/shapes.ts";

const DAY = 86_400_000;

let world: EmulatedWorld | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

const LAST_ONE = parsePolicies({ nightly: nightly({ retention: { last: 1 } }) });

/** So many volumes at Samsung, on the second night of a policy that keeps one snapshot. */
async function secondNight(
  volumes: number,
  options: Parameters<typeof createEmulatedWorld>[1] = {},
): Promise<{
  readonly there: EmulatedWorld;
  readonly start: (options?: RunOptions, storage?: BlockStorage) => Promise<RunReport>;
}> {
  const there = await createEmulatedWorld("2026-05-10T03:05:00Z", options);
  world = there;
  there.emulators.scp.seed({
    volumes: Array.from({ length: volumes }, (_, index) => ({ name: `v-${index}` })),
  });
  const start = (options: RunOptions = {}, storage = there.open().scp): Promise<RunReport> =>
    run(LAST_ONE, { scp: storage }, { clock: there.clock, ...options });
  expect(await start()).toMatchObject({ ok: true, totals: { created: volumes, deleted: 0 } });
  await there.clock.sleep(DAY);
  there.emulators.scp.log.clear();
  return { there, start };
}

test("clouds of one account have as many snapshots under way together as one of them alone", async () => {
  const clock = createVirtualClock(Date.parse("2026-05-10T03:05:00Z"));
  clock.runFreely();
  const limits = { requestQuotas: [{ requests: 2, windowMs: 450_000 }], snapshotGapMs: 0 };
  let underWay = 0;
  let most = 0;
  const openCloud = async (cloud: string): Promise<BlockStorage> => {
    const storage = createMemoryStorage({ clock, limits, asynchronous: true });
    for (const index of [1, 2, 3, 4]) await storage.volumes.create({ name: `${cloud}-${index}`, sizeGiB: 1 });
    const create: BlockStorage["snapshots"]["create"] = async (input, options) => {
      underWay += 1;
      most = Math.max(most, underWay);
      try {
        return await storage.snapshots.create(input, options);
      } finally {
        underWay -= 1;
      }
    };
    return { ...storage, snapshots: { ...storage.snapshots, create } };
  };
  const clouds = { a: await openCloud("a"), b: await openCloud("b"), c: await openCloud("c") };
  const accounts = [{ key: "acme", clouds: ["a", "b", "c"] }];
  expect(await run(LAST_ONE, clouds, { clock, accounts })).toMatchObject({
    ok: true,
    totals: { created: 12 },
  });
  expect(most).toBe(2);
});

const requests = ({ emulators }: EmulatedWorld, method: string): string[] =>
  emulators.scp.log
    .entries()
    .filter((each) => each.method === method)
    .map(({ target }) => target);

describe("many volumes side by side", () => {
  test("new snapshots come first, and one listing of the account judges all that goes", async () => {
    const { there, start } = await secondNight(30);
    const events: BackupEvent["type"][] = [];
    const report = await start({ onEvent: ({ type }) => events.push(type) });
    expect(report).toMatchObject({ ok: true, totals: { created: 30, deleted: 30 } });
    expect(events.lastIndexOf("created")).toBeLessThan(events.indexOf("deleted"));
    // 30 creations and 30 deletions with a look of one page each for many, not for each.
    expect(requests(there, "POST")).toHaveLength(30);
    expect(requests(there, "DELETE")).toHaveLength(30);
    expect(requests(there, "GET").length).toBeLessThan(20);
  });

  test("holds that are set while others go are seen: nothing is judged on what is older than a minute", async () => {
    const { there, start } = await secondNight(100);
    const window = 60_000;
    const limited = there.open({ limits: { requestQuotas: [{ requests: 20, windowMs: window }] } }).scp;
    const other = there.open().scp;
    let heldAt: number | undefined;
    const onEvent = async ({ type }: BackupEvent): Promise<void> => {
      if (type !== "deleted" || heldAt !== undefined) return;
      heldAt = there.clock.now();
      const old = storedSnapshots(there).filter(({ name }) => name.includes("20260510T"));
      await Promise.all(
        old.map(({ id }) => other.snapshots.update(id, { description: "[polyvol hold]" }).catch(() => id)),
      );
      heldAt = there.clock.now();
    };
    const report = await start({ onEvent }, limited);
    const spared = report.volumes.flatMap((each) => each.spared);
    expect(spared.length).toBeGreaterThan(20);
    expect(new Set(spared.flatMap(({ reasons }) => reasons))).toEqual(new Set(["hold"]));
    expect(report.totals).toEqual({ created: 100, deleted: 100 - spared.length, left: 0 });
    const held = new Set(storedSnapshots(there).map(({ id }) => id));
    expect(spared.every(({ snapshotId }) => held.has(snapshotId))).toBe(true);
    const last = there.emulators.scp.log.entries().findLast(({ method }) => method === "DELETE");
    // A minute, and what a request may wait for its turn under the quota after it was judged.
    expect(Date.parse(last?.receivedAt ?? "") - (heldAt ?? 0)).toBeLessThanOrEqual(60_000 + 2 * window);
  });

  test("an account with room for three more snapshots: what goes elsewhere makes the room", async () => {
    const { there, start } = await secondNight(12, { scp: { quotas: { snapshots: 15 } } });
    const report = await start();
    expect(report).toMatchObject({ ok: true, problems: [], totals: { created: 12, deleted: 12, left: 0 } });
    expect(storedSnapshots(there)).toHaveLength(12);
  });

  test("without room for any, nothing goes, and each volume says so", async () => {
    const { there, start } = await secondNight(5, { scp: { quotas: { snapshots: 5 } } });
    const report = await start();
    expect(report.problems.map(({ code, effect }) => [code, effect])).toEqual(
      Array.from({ length: 5 }, () => ["resource_exhausted", "nothing_done"]),
    );
    expect(report.totals).toMatchObject({ created: 0, deleted: 0 });
    expect(storedSnapshots(there)).toHaveLength(5);
  });

  test("drained, it waits for what was sent, and sends nothing more", async () => {
    const { there, start } = await secondNight(30);
    const drain = new AbortController();
    let creating = 0;
    const onEvent = ({ type }: BackupEvent): void => {
      if (type === "creating") creating += 1;
      if (creating === 10) drain.abort(new Error("enough"));
    };
    const report = await start({ drainSignal: drain.signal, onEvent });
    const sent = requests(there, "POST").length;
    expect(sent).toBe(10);
    expect(report).toMatchObject({ stopped: true, problems: [], totals: { created: sent, deleted: 0 } });
    expect(report.totals.left).toBe(60 - sent);
    expect(await start()).toMatchObject({ ok: true, totals: { created: 30 - sent, deleted: 30 } });
  });

  test("`concurrency` bounds the requests that change something, not what the provider works on", async () => {
    const { there } = await secondNight(20);
    let inFlight = 0;
    let most = 0;
    const counting: typeof fetch = async (input, init) => {
      const isChange = new Request(input, init).method !== "GET";
      if (isChange) inFlight += 1;
      most = Math.max(most, inFlight);
      try {
        return await fetch(input, init);
      } finally {
        if (isChange) inFlight -= 1;
      }
    };
    const policies = parsePolicies({ nightly: nightly({ retention: { last: 1 }, concurrency: 3 }) });
    const startedAt = there.clock.now();
    const report = await run(policies, { scp: there.open({ fetch: counting }).scp }, { clock: there.clock });
    expect(report).toMatchObject({ ok: true, totals: { created: 20, deleted: 20 } });
    expect(most).toBe(3);
    // 20 snapshots of 3 s each, three at a time, would take longer.
    expect(there.clock.now() - startedAt).toBeLessThan(20_000);
  });
});
