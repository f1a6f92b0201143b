import type { BlockStorage } from "@polyvol/core";
import { describe, expect, test } from "vitest";
import { type BackupEvent, hold, parsePolicies, run } from "../../src/index.ts";
import { createMemoryWorld, makeVolumes } from "../support/memory-clouds.ts";
import { sleepUntil, takeNights } from "../support/nights.ts";
import { nightly } from "../support/shapes.ts";
import { LAST_TWO, threeNights } from "../support/three-nights.ts";

/** The storage, with something done the first time that one volume's snapshots are listed: before the first deletion. */
function meanwhile(storage: BlockStorage, act: (storage: BlockStorage) => Promise<unknown>): BlockStorage {
  let acted = false;
  const list: BlockStorage["snapshots"]["list"] = (query, options) => {
    const listing = storage.snapshots.list(query, options);
    if (acted || query?.volumeId === undefined) return listing;
    acted = true;
    const toArray: typeof listing.toArray = async (limits) => {
      await act(storage);
      return await storage.snapshots.list(query, options).toArray(limits);
    };
    return Object.assign(Object.create(listing), { toArray });
  };
  return { ...storage, snapshots: { ...storage.snapshots, list } };
}

describe("right before each deletion all is judged once more", () => {
  test("a hold is seen", async () => {
    const { world, clouds, ids, slots } = await threeNights();
    const storage = meanwhile(clouds.do, (cloud) => hold(cloud, ids[0] ?? ""));
    const report = await run(LAST_TWO, { do: storage }, { clock: world.clock });
    expect(report).toMatchObject({ ok: true, totals: { created: 1, deleted: 1, left: 0 } });
    expect(report.volumes[0]?.spared).toMatchObject([{ snapshotId: ids[0], reasons: ["hold"] }]);
    expect(await slots()).toEqual(["20260506", "20260508", "20260509"]);
  });

  test("a snapshot that was renamed is nobody's any more", async () => {
    const { world, clouds, ids } = await threeNights();
    const storage = meanwhile(clouds.do, (cloud) =>
      cloud.snapshots.update(ids[1] ?? "", { name: "keep me" }),
    );
    const report = await run(LAST_TWO, { do: storage }, { clock: world.clock });
    expect(report.volumes[0]?.spared).toMatchObject([
      { reasons: ["policy nightly does not own it any more"] },
    ]);
    expect(await clouds.do.snapshots.get(ids[1] ?? "")).toMatchObject({ name: "keep me" });
  });

  test("a new one that was given another name meanwhile is told so, and the old ones stay", async () => {
    const { world, clouds, slots } = await threeNights();
    const { snapshots } = clouds.do;
    const create: typeof snapshots.create = async (input, options) => {
      const { id } = await snapshots.create(input, options);
      return await snapshots.update(id, { name: "theirs" });
    };
    const storage = { ...clouds.do, snapshots: { ...snapshots, create } };
    const report = await run(LAST_TWO, { do: storage }, { clock: world.clock });
    expect(report.totals).toMatchObject({ created: 0, deleted: 0 });
    expect(report.volumes[0]?.problems[0]?.message).toMatch(
      /the new snapshot was given another name than polyvol-nightly-20260509\S+ meanwhile, so no policy owns it/,
    );
    expect(await slots()).toEqual(expect.arrayContaining(["20260506", "20260507", "20260508"]));
  });

  test("when newer ones have gone, older ones stay", async () => {
    const { world, clouds, db, slots } = await threeNights();
    const storage = meanwhile(clouds.do, async (cloud) => {
      const all = await cloud.snapshots.list({ volumeId: db }).toArray();
      for (const { id } of all.slice(2)) await cloud.snapshots.delete(id);
    });
    const report = await run(LAST_TWO, { do: storage }, { clock: world.clock });
    expect(report.totals).toEqual({ created: 1, deleted: 0, left: 0 });
    expect(await slots()).toEqual(["20260506", "20260507"]);
  });

  test("one that has gone already is success", async () => {
    const { world, clouds, ids, slots } = await threeNights();
    const storage = meanwhile(clouds.do, (cloud) => cloud.snapshots.delete(ids[0] ?? ""));
    const report = await run(LAST_TWO, { do: storage }, { clock: world.clock });
    expect(report).toMatchObject({ ok: true, totals: { created: 1, deleted: 2, left: 0 } });
    expect(await slots()).toEqual(["20260508", "20260509"]);
  });

  test("the brake holds when the rest has shrunk", async () => {
    const world = createMemoryWorld("2026-05-01T00:00:00Z");
    const { do: cloud } = world.open();
    const { db = "" } = await makeVolumes(cloud, ["db"]);
    await takeNights(world, cloud, db, [
      "2026-05-04",
      "2026-05-05",
      "2026-05-06",
      "2026-05-07",
      "2026-05-08",
    ]);
    await sleepUntil(world, "2026-05-09T03:10:00Z");
    const policies = parsePolicies({ nightly: nightly({ retention: { within: "3d" } }) });
    const storage = meanwhile(cloud, async () => {
      const all = await cloud.snapshots.list({ volumeId: db }).toArray();
      for (const { id } of all.slice(3, 5)) await cloud.snapshots.delete(id);
    });
    const report = await run(policies, { do: storage }, { clock: world.clock });
    expect(report.totals).toMatchObject({ created: 1, deleted: 0 });
    expect(report.problems[0]?.message).toContain(
      "3 of 4 good snapshots would go in one run, 75 %; allowed: 50 %",
    );
  });
});

/** Two volumes, each with three nights, a run of which makes one and deletes two. */
async function twoVolumes() {
  const world = createMemoryWorld("2026-05-01T00:00:00Z");
  const { do: cloud } = world.open();
  const { db = "", web = "" } = await makeVolumes(cloud, ["db", "web"]);
  for (const day of ["2026-05-06", "2026-05-07", "2026-05-08"]) {
    await takeNights(world, cloud, db, [day]);
    await takeNights(world, cloud, web, [day]);
  }
  await sleepUntil(world, "2026-05-09T03:10:00Z");
  const count = (id: string): number =>
    world.accounts.do.dump().snapshots.filter((each) => each.volumeId === id).length;
  return { world, cloud, db, web, count };
}

describe("one volume's failure stops only that volume", () => {
  test("its new snapshot fails: nothing of it is deleted", async () => {
    const { world, cloud, db, web, count } = await twoVolumes();
    const create: BlockStorage["snapshots"]["create"] = async (input, options) => {
      if (input.volumeId === db) throw new Error("no snapshot today");
      return await cloud.snapshots.create(input, options);
    };
    const storage = { ...cloud, snapshots: { ...cloud.snapshots, create } };
    const report = await run(LAST_TWO, { do: storage }, { clock: world.clock });
    expect(report).toMatchObject({ ok: false, totals: { created: 1, deleted: 2, left: 3 } });
    expect(report.problems).toMatchObject([
      { volumeId: db, effect: "nothing_done", message: "no snapshot today" },
    ]);
    expect([count(db), count(web)]).toEqual([3, 2]);
  });

  test("its listing fails before the deletions: nothing of it is deleted", async () => {
    const { world, cloud, db, web, count } = await twoVolumes();
    const list: BlockStorage["snapshots"]["list"] = (query, options) => {
      if (query?.volumeId === db) throw new Error("no listing today");
      return cloud.snapshots.list(query, options);
    };
    const storage = { ...cloud, snapshots: { ...cloud.snapshots, list } };
    const report = await run(LAST_TWO, { do: storage }, { clock: world.clock });
    expect(report).toMatchObject({ ok: false, totals: { created: 2, deleted: 2, left: 2 } });
    expect([count(db), count(web)]).toEqual([4, 2]);
  });

  test("a deletion fails: the rest of it stays until the next run", async () => {
    const { world, cloud, count, db, web } = await twoVolumes();
    world.accounts.do.inject({ on: "deleteSnapshot", effect: "fail", when: "before", count: Infinity });
    const report = await run(LAST_TWO, { do: cloud }, { clock: world.clock });
    expect(report.problems).toHaveLength(2);
    world.accounts.do.clearFaults();
    expect(report.problems.every(({ effect, retryable }) => effect === "nothing_deleted" && retryable)).toBe(
      true,
    );
    const again = await run(LAST_TWO, { do: cloud }, { clock: world.clock });
    expect(again.ok).toBe(true);
    expect([count(db), count(web)]).toEqual([2, 2]);
  });

  test("one policy's snapshot fails on a volume of two: the other's is taken, nothing is deleted", async () => {
    const { world, cloud, db } = await twoVolumes();
    const both = parsePolicies({
      nightly: nightly({ retention: { last: 2 } }),
      early: nightly({ schedule: { cron: "0 2 * * *", timezone: "UTC" } }),
    });
    const create: BlockStorage["snapshots"]["create"] = async (input, options) => {
      if (input.name.includes("-early-")) throw new Error("not early");
      return await cloud.snapshots.create(input, options);
    };
    const storage = { ...cloud, snapshots: { ...cloud.snapshots, create } };
    const report = await run(both, { do: storage }, { clock: world.clock });
    expect(report.volumes.find(({ volumeId }) => volumeId === db)).toMatchObject({
      state: "failed",
      created: [{ policyId: "nightly" }],
      deleted: [],
    });
  });
});

describe("a policy for volumes at rest", () => {
  const policies = parsePolicies({ nightly: nightly({ allowAttached: false }) });

  test("a volume that was attached after the plan was made is left alone", async () => {
    const world = createMemoryWorld("2026-05-09T04:00:00Z");
    const { do: cloud } = world.open();
    const { db = "" } = await makeVolumes(cloud, ["db"]);
    const onEvent = (event: BackupEvent): void => {
      if (event.type === "planned") attached = cloud.volumes.attach(db, "server-1");
    };
    let attached: Promise<unknown> | undefined;
    const get: BlockStorage["volumes"]["get"] = async (id, options) => {
      await attached;
      return await cloud.volumes.get(id, options);
    };
    const storage = { ...cloud, volumes: { ...cloud.volumes, get } };
    const report = await run(policies, { do: storage }, { clock: world.clock, onEvent });
    expect(report.problems).toMatchObject([{ code: "failed_precondition", effect: "nothing_done" }]);
    expect(world.accounts.do.dump().snapshots).toEqual([]);
  });
});

describe("stopping", () => {
  test("drained, it finishes what is in flight and says what is left; the next run does the rest", async () => {
    const { world, cloud, db, web, count } = await twoVolumes();
    const drain = new AbortController();
    const events: BackupEvent[] = [];
    const onEvent = (event: BackupEvent): void => {
      events.push(event);
      if (event.type === "created") drain.abort(new Error("enough"));
    };
    // With a hook, one volume is worked on after the other.
    const hooks = { after: { command: [process.execPath, "-e", ""] } };
    const policies = parsePolicies({ nightly: nightly({ retention: { last: 2 }, concurrency: 1, hooks }) });
    const report = await run(
      policies,
      { do: cloud },
      { clock: world.clock, drainSignal: drain.signal, onEvent },
    );
    expect(report).toMatchObject({
      ok: false,
      stopped: true,
      problems: [],
      totals: { created: 1, deleted: 0, left: 5 },
    });
    expect(report.volumes.map(({ state }) => state)).toEqual(["left", "left"]);
    expect(events.filter(({ type }) => type === "creating")).toHaveLength(1);
    const rest = await run(policies, { do: cloud }, { clock: world.clock });
    expect(rest).toMatchObject({ ok: true, totals: { created: 1, deleted: 4, left: 0 } });
    expect([count(db), count(web)]).toEqual([2, 2]);
  });

  test("aborted, it rejects with the reason at once", async () => {
    const { world, cloud } = await twoVolumes();
    const abort = new AbortController();
    const reason = new Error("stop");
    const onEvent = (event: BackupEvent): void => {
      if (event.type === "creating") abort.abort(reason);
    };
    const options = { clock: world.clock, abortSignal: abort.signal, onEvent };
    await expect(run(LAST_TWO, { do: cloud }, options)).rejects.toBe(reason);
    expect(world.accounts.do.calls.of("deleteSnapshot")).toBe(0);
  });

  test("a listener that throws disturbs nothing", async () => {
    const { world, cloud } = await twoVolumes();
    const onEvent = (): never => {
      throw new Error("listener");
    };
    expect(await run(LAST_TWO, { do: cloud }, { clock: world.clock, onEvent })).toMatchObject({ ok: true });
  });
});
