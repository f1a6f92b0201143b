import { createBlockStorage } from "@polyvol/core";
import type { BlockStorageDriver } from "@polyvol/core/driver";
import { expect, test } from "vitest";
import { audit, type Finding, parsePolicies, snapshotName } from "../../src/index.ts";
import { drillName } from "../../src/naming.ts";
import { createMemoryWorld, makeVolumes } from "../support/memory-clouds.ts";
import { sleepUntil, takeNights } from "../support/nights.ts";
import { nightly } from "../support/shapes.ts";

const POLICIES = parsePolicies({
  nightly: nightly({ select: { name: ["db", "gone*"] }, allowEmpty: true }),
  other: nightly({ select: { name: "api" } }),
});

function short(findings: readonly Finding[]): string[] {
  return findings.map(
    ({ cloud, kind, ids, policyId }) =>
      `${cloud} ${kind} ${ids.length}${policyId === undefined ? "" : ` ${policyId}`}`,
  );
}

test("a clean account has no findings", async () => {
  const world = createMemoryWorld("2026-05-01T00:00:00Z");
  const clouds = { do: world.open().do };
  const { db = "" } = await makeVolumes(clouds.do, ["db", "api"]);
  await takeNights(world, clouds.do, db, ["2026-05-01", "2026-05-02"]);
  expect(await audit(POLICIES, clouds)).toEqual({ ok: true, findings: [], problems: [] });
});

test("finds what nobody takes care of, both ways", async () => {
  const world = createMemoryWorld("2026-05-01T00:00:00Z");
  const clouds = world.open();
  const { db = "", gone = "" } = await makeVolumes(clouds.do, ["db", "gone", "api", "web"]);
  await clouds.do.volumes.create({ name: drillName(db, new Date("2026-04-30T00:00:00Z")), sizeGiB: 8 });
  await takeNights(world, clouds.do, gone, ["2026-05-02"]);
  await takeNights(world, clouds.do, db, ["2026-05-03"], "retired");
  await takeNights(world, clouds.do, db, ["2026-05-04"], "other");
  await clouds.do.volumes.delete(gone);

  const scp = await makeVolumes(clouds.scp, ["db", "api"]);
  const volumeId = scp["db"] ?? "";
  await sleepUntil(world, "2026-05-05T03:00:00Z");
  world.accounts.scp.inject({ on: "createSnapshot", effect: "commit_late", ms: 60_000 });
  await takeNights(world, clouds.scp, volumeId, ["2026-05-05"]);
  await sleepUntil(world, "2026-05-06T03:00:00Z");
  const slot = new Date("2026-05-06T03:00:00Z");
  for (const prefix of ["polyvol", "other"]) {
    await clouds.scp.snapshots.create({ volumeId, name: snapshotName(prefix, "nightly", volumeId, slot) });
  }
  world.accounts.scp.inject({ on: "createSnapshot", effect: "break" });
  // It cannot be removed at once, as it usually is.
  world.accounts.scp.inject({ on: "deleteSnapshot", effect: "fail", when: "before", count: 100 });
  await expect(takeNights(world, clouds.scp, volumeId, ["2026-05-07"])).rejects.toThrow();
  world.accounts.scp.clearFaults();
  world.accounts.scp.inject({ on: "createVolume", effect: "commit_late", ms: 60_000 });
  await clouds.scp.volumes.create({ name: "api2", sizeGiB: 8 });
  await world.clock.sleep(120_000);

  const { ok, findings, problems } = await audit(POLICIES, clouds);
  expect(ok).toBe(false);
  expect(problems).toEqual([]);
  expect(short(findings).sort()).toEqual(
    [
      "do drill_leftover 1",
      "do policy_elsewhere 1 other",
      "do policy_gone 1 retired",
      "do volume_gone 1",
      "do volume_without_policy 1",
      "scp failed_snapshots 1 nightly",
      "scp surplus_slot 2 nightly",
      "scp surplus_snapshots 2",
      "scp surplus_volumes 2",
      "scp volume_without_policy 1",
      "scp volume_without_policy 1",
    ].sort(),
  );
  for (const { message, ids } of findings) {
    expect(message).not.toBe("");
    expect(ids).not.toEqual([]);
  }
});

test("snapshots whose volume is not said are told apart from those whose volume is gone", async () => {
  const world = createMemoryWorld("2026-05-01T00:00:00Z");
  const { do: storage } = world.open();
  const { db = "" } = await makeVolumes(storage, ["db", "api"]);
  await takeNights(world, storage, db, ["2026-05-02"]);
  const listSnapshots: BlockStorageDriver["listSnapshots"] = async (query, page, context) => {
    const answer = await storage.driver.listSnapshots(query, page, context);
    return { ...answer, items: answer.items.map((each) => ({ ...each, volumeId: "" })) };
  };
  const odd = createBlockStorage({ ...storage.driver, listSnapshots }, { clock: world.clock });
  const { findings } = await audit(POLICIES, { odd });
  expect(short(findings)).toEqual(["odd volume_unknown 1"]);
});

test("volumes and snapshots without a name, which OpenStack has, are not taken for several of one name", async () => {
  const world = createMemoryWorld("2026-05-01T00:00:00Z");
  const { scp: storage } = world.open();
  const { db: volumeId = "" } = await makeVolumes(storage, ["db", "api"]);
  for (const name of ["a", "b"]) await storage.snapshots.create({ volumeId, name });
  const nameless = async <Item extends object>(page: Promise<{ readonly items: readonly Item[] }>) => {
    const answer = await page;
    return { ...answer, items: answer.items.map((each) => ({ ...each, name: "" })) };
  };
  const { driver } = storage;
  const odd = createBlockStorage(
    {
      ...driver,
      listVolumes: (...given) => nameless(driver.listVolumes(...given)),
      listSnapshots: (...given) => nameless(driver.listSnapshots(...given)),
    },
    { clock: world.clock },
  );
  const all = parsePolicies({ all: nightly({ select: { name: "*" } }) });
  expect((await audit(all, { odd })).findings).toEqual([]);
});

test("what is never finished is found once a snapshot of a later day is there", async () => {
  const asynchronous = { createSnapshotMs: 30 * 86_400_000 };
  const world = createMemoryWorld("2026-05-01T00:00:00Z", { scp: { asynchronous } });
  const { scp: storage } = world.open();
  const { db: volumeId = "" } = await makeVolumes(storage, ["db", "api"]);
  const begun = (slot: string) =>
    storage.snapshots.beginCreate({
      volumeId,
      name: snapshotName("polyvol", "nightly", volumeId, new Date(slot)),
    });
  await sleepUntil(world, "2026-05-02T03:00:00Z");
  const stuck = (await begun("2026-05-02T03:00:00Z")).resource;
  await sleepUntil(world, "2026-05-03T03:00:00Z");
  await begun("2026-05-03T03:00:00Z");
  expect((await audit(POLICIES, { scp: storage })).findings).toEqual([]);
  await sleepUntil(world, "2026-05-04T03:00:00Z");
  await begun("2026-05-04T03:00:00Z");
  const { findings } = await audit(POLICIES, { scp: storage });
  expect(short(findings)).toEqual(["scp unfinished_snapshots 1 nightly"]);
  expect(findings[0]?.ids).toEqual([stuck.id]);
});

test("a cloud that cannot be read is a problem, not a clean bill", async () => {
  const world = createMemoryWorld("2026-05-01T00:00:00Z");
  const { do: one, scp } = world.open();
  await makeVolumes(one, ["db", "api"]);
  world.accounts.scp.inject({ effect: "fail", when: "before", count: Number.POSITIVE_INFINITY });
  expect(await audit(POLICIES, { one, scp })).toMatchObject({
    ok: false,
    findings: [],
    problems: [{ cloud: "scp" }],
  });
});
