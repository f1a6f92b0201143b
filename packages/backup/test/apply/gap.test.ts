import { describe, expect, test } from "vitest";
import { type BackupEvent, parsePolicies, run } from "../../src/index.ts";
import { createMemoryWorld, makeVolumes } from "../support/memory-clouds.ts";
import { sleepUntil, takeNights } from "../support/nights.ts";
import { nightly } from "../support/shapes.ts";

describe("the provider's gap between two snapshots of a volume", () => {
  test("two policies that are due at once take ten minutes, and both get theirs", async () => {
    const world = createMemoryWorld("2026-05-09T04:00:00Z");
    const { do: cloud } = world.open();
    await makeVolumes(cloud, ["db"]);
    const early = nightly({ schedule: { cron: "0 2 * * *", timezone: "UTC" } });
    const events: BackupEvent[] = [];
    const options = { clock: world.clock, onEvent: (event: BackupEvent) => void events.push(event) };
    const report = await run(parsePolicies({ early, nightly: nightly() }), { do: cloud }, options);
    expect(report).toMatchObject({ ok: true, totals: { created: 2 } });
    expect(events.map(({ type }) => type)).toEqual([
      "planned",
      "creating",
      "created",
      "waiting",
      "creating",
      "created",
      "volume",
    ]);
    expect(Date.parse(report.finishedAt) - Date.parse(report.startedAt)).toBeGreaterThanOrEqual(600_000);
    expect(world.accounts.do.calls.of("createSnapshot")).toBe(2);
  });

  test("after a snapshot that was deleted meanwhile, the provider's word is waited for", async () => {
    const world = createMemoryWorld("2026-05-09T04:00:00Z");
    const { do: cloud } = world.open();
    const { db = "" } = await makeVolumes(cloud, ["db"]);
    const { id } = await cloud.snapshots.create({ volumeId: db, name: "by hand" });
    await cloud.snapshots.delete(id);
    const report = await run(parsePolicies({ nightly: nightly() }), { do: cloud }, { clock: world.clock });
    expect(report).toMatchObject({ ok: true, totals: { created: 1 } });
  });

  test("one that an earlier run has begun is finished, not made again", async () => {
    const world = createMemoryWorld("2026-05-09T04:00:00Z");
    const { scp: cloud } = world.open();
    await makeVolumes(cloud, ["db"]);
    const policies = parsePolicies({ nightly: nightly() });
    const abort = new AbortController();
    const run1 = run(policies, { scp: cloud }, { clock: world.clock, abortSignal: abort.signal });
    const settled = run1.catch(() => undefined);
    await world.clock.sleep(1_500);
    abort.abort();
    await settled;
    expect(world.accounts.scp.dump().snapshots).toMatchObject([{ state: "creating" }]);
    const events: BackupEvent[] = [];
    const report = await run(
      policies,
      { scp: cloud },
      { clock: world.clock, onEvent: (event) => void events.push(event) },
    );
    expect(report.plan.volumes[0]?.create[0]?.reason).toContain("one is being made, to be waited for");
    expect(report).toMatchObject({ ok: true, totals: { created: 0, left: 0 } });
    expect(report.volumes[0]?.created).toMatchObject([{ found: true }]);
    expect(events.filter(({ type }) => type === "created")).toMatchObject([{ found: true }]);
    expect(world.accounts.scp.dump().snapshots).toMatchObject([{ state: "available" }]);
  });
});

describe("where there is only room for one", () => {
  test("policies that have their new snapshot make room before another gets its own", async () => {
    const world = createMemoryWorld("2026-05-01T00:00:00Z", { do: { limits: { snapshotsPerVolume: 5 } } });
    const { do: cloud } = world.open();
    const { db = "" } = await makeVolumes(cloud, ["db"]);
    await takeNights(world, cloud, db, [
      "2026-05-05",
      "2026-05-06",
      "2026-05-07",
      "2026-05-08",
      "2026-05-09",
    ]);
    const noon = nightly({ schedule: { cron: "0 12 * * *", timezone: "UTC" }, retention: { last: 1 } });
    const policies = parsePolicies({ nightly: nightly({ retention: { last: 3 } }), noon });
    await sleepUntil(world, "2026-05-09T12:30:00Z");
    const report = await run(policies, { do: cloud }, { clock: world.clock });
    expect(report).toMatchObject({ ok: true, totals: { created: 1, deleted: 2, left: 0 } });
  });
});
