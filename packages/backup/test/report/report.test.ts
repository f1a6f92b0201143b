import { createMemoryStorage } from "@polyvol/memory";
import { describe, expect, test } from "vitest";
import { backupReport, drill, drillEntry, parsePolicies, restore, run } from "../../src/index.ts";
import { makeVolumes } from "../support/memory-clouds.ts";
import { sleepUntil } from "../support/nights.ts";
import { opened, POLICIES, playNights } from "../support/played.ts";
import { nightly } from "../support/shapes.ts";

describe("snapshots", () => {
  test("go when the rules let them go, and the report says so before", async () => {
    const { world, storage } = opened();
    const { db = "" } = await makeVolumes(storage, ["db"]);
    await storage.snapshots.create({ volumeId: db, name: "by hand" });
    const policies = parsePolicies({ nightly: nightly({ retention: { daily: 3, weekly: 4 } }) });
    const nights = Array.from({ length: 40 }, (_, index) =>
      new Date(Date.parse("2026-05-02") + index * 86_400_000).toISOString().slice(0, 10),
    );
    await playNights(world, storage, nights.slice(0, 10), policies);
    const { volumes } = await backupReport(policies, { do: storage }, new Date(world.clock.now()));
    const told = volumes[0]?.snapshots ?? [];
    expect(told.at(-1)).toMatchObject({ name: "by hand", goes: { when: "never", why: "no_policy" } });
    const gone = new Map<string, string>();
    for (const night of nights.slice(10)) {
      const [entry] = await playNights(world, storage, [night], policies);
      const deleted = entry?.kind === "run" ? entry.deleted : [];
      for (const { slot } of deleted) gone.set(slot, `${night}T03:00:00.000Z`);
    }
    const own = told.filter(({ slot }) => slot !== undefined);
    expect(own.length).toBeGreaterThan(3);
    for (const { slot = "", goes, reasons } of own) {
      expect(goes).toEqual({ when: "at", at: gone.get(slot) });
      expect(reasons.join()).toMatch(/daily|weekly/);
    }
    // Those of the rules, and the one made by hand.
    expect(volumes[0]).toMatchObject({ inAMonth: 7, cost: { snapshots: told.length } });
  });
});

describe("what is said of a fleet", () => {
  test("a snapshot that is still to come is not told as there", async () => {
    const { world, storage } = opened("2026-05-03T02:30:00Z");
    await makeVolumes(storage, ["db"]);
    const saidAt = async (now: string): Promise<string> =>
      (await backupReport(POLICIES, { do: storage }, new Date(now))).sentence.replace(/;.*/, "");
    expect(await saidAt("2026-05-03T02:40:00Z")).toBe(
      "The one volume that policies choose is not late: its snapshot is still to come",
    );
    await playNights(world, storage, ["2026-05-03"]);
    await makeVolumes(storage, ["web"]);
    expect(await saidAt("2026-05-03T03:20:00Z")).toBe(
      "None of the 2 volumes that policies choose is late: the snapshot of 1 is still to come",
    );
    await run(POLICIES, { do: storage }, { clock: world.clock });
    expect(await saidAt("2026-05-03T04:20:00Z")).toBe(
      "All 2 volumes that policies choose have the snapshot that is due",
    );
    // Within the grace of the night after.
    expect(await saidAt("2026-05-04T03:30:00Z")).toBe(
      "None of the 2 volumes that policies choose is late: the snapshots of 2 are still to come",
    );
    expect(await saidAt("2026-05-04T04:30:00Z")).toBe("2 of 2 volumes lack the snapshot that is due");
  });

  test("one sentence, restores, what nobody backs up, and what cannot be known", async () => {
    const { world, storage } = opened();
    await makeVolumes(storage, ["db", "scratch"]);
    const policies = parsePolicies({ nightly: nightly({ select: { cloud: "do", name: "db*" } }) });
    const entries = await playNights(world, storage, ["2026-05-02"], policies);
    const now = () => new Date(world.clock.now());
    const bare = await backupReport(policies, { do: storage }, now());
    expect(bare.sentence).toBe(
      "The one volume that policies choose has the snapshot that is due; whether a restore was ever proven is not known.",
    );
    expect(bare.unknown[0]).toMatch(/^Without a record/);
    expect(bare.unprotected.map(({ volumeName }) => volumeName)).toEqual(["scratch"]);
    expect(bare).not.toHaveProperty("runs");

    const drilled = drillEntry(
      await drill({ cloud: "do", from: { volumeName: "db" } }, { do: storage }, { clock: world.clock }),
    );
    const record = {
      entries: [...entries, drilled],
      aside: [{ file: "runs", line: 3, why: "cut" as const }],
    };
    await sleepUntil(world, "2026-05-02T20:00:00Z");
    const told = await backupReport(policies, { do: storage }, now(), { record });
    expect(told.sentence).toMatch(/; a restore was last proven 1\d hours ago, of db\.$/);
    expect(told.proofs).toMatchObject([{ by: "drill", cloud: "do", volumeName: "db" }]);
    expect(told.runs).toHaveLength(1);
    expect(told.unknown.join(" ")).toMatch(
      /The record begins at 2026-05-02 03:10 UTC.*1 line of the record was cut/,
    );
    expect(JSON.parse(JSON.stringify(told))).toEqual(told);

    await restore({ cloud: "do", from: { volumeName: "db" }, newName: "db-2" }, { do: storage });
    const seen = await backupReport(policies, { do: storage }, now());
    expect(seen.proofs).toMatchObject([{ by: "volume", volumeName: "db" }]);
  });

  test("a cloud that cannot be seen is unknown: never good, never missing", async () => {
    const { world, storage } = opened();
    await makeVolumes(storage, ["db"]);
    await playNights(world, storage, ["2026-05-02"]);
    const locked = createMemoryStorage({ account: world.accounts.scp, authorised: false });
    const report = await backupReport(POLICIES, { do: storage, locked }, new Date(world.clock.now()));
    expect(report).toMatchObject({
      verdict: "failed",
      counts: { fresh: 1, late: 0, missing: 0 },
      unprotected: [],
      unprotectedUnknown: ["locked"],
    });
    expect(report.sentence).toMatch(
      /^Cloud locked could not be seen, so nothing is known of what is there; elsewhere /,
    );
    expect(report.clouds[1]).toMatchObject({
      cloud: "locked",
      seen: false,
      problem: { code: "unauthenticated" },
    });
    expect(report.clouds[1]).not.toHaveProperty("volumes");
    expect(report.policies[1]).toEqual(expect.not.objectContaining({ volumes: expect.anything() }));
    expect(report.unknown[0]).toMatch(/^Cloud locked could not be seen/);
  });

  test("late and missing volumes are counted once each, whatever chooses them", async () => {
    const { world, storage } = opened();
    await makeVolumes(storage, ["db", "web"]);
    await playNights(world, storage, ["2026-05-02"]);
    const { sentence, verdict } = await backupReport(
      POLICIES,
      { do: storage },
      new Date("2026-05-03T09:00:00Z"),
    );
    expect(verdict).toBe("stale");
    expect(sentence).toMatch(/^2 of 2 volumes lack the snapshot that is due; /);
  });

  test("no policy chooses anything", async () => {
    const { storage } = opened();
    await makeVolumes(storage, ["db"]);
    const report = await backupReport([], { do: storage }, new Date("2026-05-02T09:00:00Z"));
    expect(report.sentence).toMatch(/^Nothing is backed up: no policy chooses a volume; /);
    expect(report.unprotected).toHaveLength(1);
  });

  test("costs rest on what the provider states and on given prices alone", async () => {
    const { world, storage } = opened();
    await makeVolumes(storage, ["db"]);
    await playNights(world, storage, ["2026-05-02"]);
    const now = new Date(world.clock.now());
    const price = { perGiBMonth: 0.06, currency: "USD" };
    const priced = await backupReport(POLICIES, { do: storage }, now, { prices: { do: price } });
    const [cloud] = priced.clouds;
    const { billableGiB = 0, perMonth } = cloud?.cost ?? {};
    if (cloud?.billing === "stated") expect(perMonth).toBeCloseTo(billableGiB * 0.06, 2);
    else expect(perMonth).toBeUndefined();
    const { clouds } = await backupReport(POLICIES, { do: storage }, now);
    expect(clouds[0]?.cost).not.toHaveProperty("perMonth");
  });

  test("a bad number of days, date or cloud is refused in words", async () => {
    const { storage } = opened();
    const now = new Date("2026-05-02T09:00:00Z");
    await expect(backupReport(POLICIES, { do: storage }, now, { days: 0 })).rejects.toThrow(
      "days: found 0, allowed: a whole number from 1 to 400",
    );
    await expect(backupReport(POLICIES, { do: storage }, new Date(Number.NaN))).rejects.toThrow(
      "now: found an invalid date",
    );
    const elsewhere = parsePolicies({ nightly: nightly({ select: { cloud: "no", name: "*" } }) });
    await expect(backupReport(elsewhere, { do: storage }, now)).rejects.toThrow(
      /policies.nightly.select.cloud: found "no"/,
    );
  });
});
