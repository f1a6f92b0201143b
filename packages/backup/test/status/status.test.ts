import { createMemoryStorage } from "@polyvol/memory";
import { describe, expect, test } from "vitest";
import { backupMetrics, parsePolicies, status } from "../../src/index.ts";
import { createEmulatedWorld } from "../support/emulated-clouds.ts";
import { createMemoryWorld, makeVolumes } from "../support/memory-clouds.ts";
import { backedUpOnce } from "../support/nights.ts";
import { nightly } from "../support/shapes.ts";

const POLICIES = parsePolicies({ nightly: nightly() });

describe("status", () => {
  test.each([
    ["2026-05-09T03:11:00Z", "fresh", "fresh", 0],
    ["2026-05-10T02:59:00Z", "fresh", "fresh", 0],
    ["2026-05-10T03:30:00Z", "fresh", "fresh", 1_800_000],
    ["2026-05-10T04:00:01Z", "late", "stale", 3_601_000],
    ["2026-05-11T03:10:00Z", "late", "stale", 600_000],
  ])("at %s: %s", async (now, freshness, verdict, overdueMs) => {
    const { clouds } = await backedUpOnce(POLICIES);
    const found = await status(POLICIES, clouds, new Date(now));
    expect(found).toMatchObject({ verdict, problems: [], volumes: [{ freshness, overdueMs, snapshots: 1 }] });
    expect(JSON.parse(JSON.stringify(found))).toEqual(found);
  });

  test("gives ages, slots and what was missed", async () => {
    const { clouds } = await backedUpOnce(POLICIES);
    const { volumes } = await status(POLICIES, clouds, new Date("2026-05-12T12:00:00Z"));
    expect(volumes[0]).toMatchObject({
      volumeName: "db",
      policyId: "nightly",
      dueSlot: "2026-05-12T03:00:00.000Z",
      nextSlot: "2026-05-13T03:00:00.000Z",
      // Taken at 03:10; its age is that of its slot.
      newest: { slot: "2026-05-09T03:00:00.000Z", ageMs: 3 * 86_400_000 + 9 * 3_600_000 },
      overdueMs: 9 * 3_600_000,
      missed: { count: 2, more: false },
    });
  });

  test("a grace of its own", async () => {
    const { clouds } = await backedUpOnce(POLICIES);
    const now = new Date("2026-05-10T03:30:00Z");
    expect((await status(POLICIES, clouds, now, { graceMs: 60_000 })).verdict).toBe("stale");
  });

  test("missing, new, and without any slot yet", async () => {
    const world = createMemoryWorld("2026-05-09T05:00:00Z");
    const clouds = { do: world.open().do };
    await makeVolumes(clouds.do, ["db"]);
    const at = async (now: string) => (await status(POLICIES, clouds, new Date(now))).counts;
    expect(await at("2026-05-09T05:30:00Z")).toEqual({ fresh: 0, late: 0, missing: 0, new: 1 });
    expect(await at("2026-05-09T06:00:01Z")).toEqual({ fresh: 0, late: 0, missing: 1, new: 0 });
  });

  test("a volume that its provider dates to come is not new: when it was made is not known", async () => {
    const world = await createEmulatedWorld("2026-05-09T05:00:00Z");
    try {
      const volume = { name: "db", region: "nyc3", size_gigabytes: 10, created_at: "2027-05-09T03:00:00Z" };
      world.emulators.do.seed({ volumes: [volume] });
      const clouds = { do: world.open().do };
      const now = new Date(world.clock.now());
      expect(await status(POLICIES, clouds, now)).toMatchObject({ verdict: "stale", counts: { missing: 1 } });
      const { text } = await backupMetrics(POLICIES, clouds, now);
      const [, deadline] = /\npolyvol_backup_deadline_timestamp_seconds\{.*\} (.*)\n/.exec(text) ?? [];
      expect(Number(deadline)).toBeLessThan(now.getTime() / 1000);
    } finally {
      await world.close();
    }
  });

  test("a name of several that nothing fits fails, however fresh the others are", async () => {
    const { clouds } = await backedUpOnce(POLICIES);
    const policies = parsePolicies({ nightly: nightly({ select: { name: ["db", "web"] } }) });
    const found = await status(policies, clouds, new Date("2026-05-09T03:11:00Z"));
    expect(found).toMatchObject({
      verdict: "failed",
      counts: { fresh: 1 },
      problems: [{ code: "not_found", effect: "attention", policyId: "nightly" }],
    });
  });

  test("a cloud that cannot be read is worse than stale", async () => {
    const { world, clouds } = await backedUpOnce(POLICIES);
    const locked = createMemoryStorage({ account: world.accounts.do, authorised: false });
    const found = await status(POLICIES, { ...clouds, locked }, new Date("2026-05-09T03:11:00Z"));
    expect(found).toMatchObject({
      verdict: "failed",
      problems: [{ code: "unauthenticated", cloud: "locked" }],
    });
    expect(found.counts.fresh).toBe(1);
  });
});
