import { createMemoryStorage } from "@polyvol/memory";
import { describe, expect, test } from "vitest";
import { backupMetrics, drill, drillEntry, parsePolicies, restore, status } from "../../src/index.ts";
import { makeVolumes } from "../support/memory-clouds.ts";
import { backedUpOnce, sleepUntil } from "../support/nights.ts";
import { nightly } from "../support/shapes.ts";
import { fleetOf, NAMES, POLICIES as POLICIES_OF_FLEET, SHARDS } from "../support/shards.ts";

const POLICIES = parsePolicies({ nightly: nightly() });

/** The values of a text, by name and labels; ids of volumes are left out. */
function valuesOf(text: string): Record<string, number> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.lastIndexOf(" ");
      return [line.slice(0, at).replace(/,volume_id="[^"]*"/, ""), Number(line.slice(at + 1))];
    }),
  );
}

const seconds = (instant: string): number => Date.parse(instant) / 1000;
const DB = '{cloud="do",policy="nightly",volume="db"}';

describe("metrics", () => {
  test("say what is there, with units in their names", async () => {
    const { clouds } = await backedUpOnce(POLICIES);
    const { text, status } = await backupMetrics(POLICIES, clouds, new Date("2026-05-09T04:00:00Z"));
    expect(status.verdict).toBe("fresh");
    expect(valuesOf(text)).toEqual({
      polyvol_status_timestamp_seconds: seconds("2026-05-09T04:00:00Z"),
      'polyvol_backup_verdict{verdict="fresh"}': 1,
      'polyvol_backup_verdict{verdict="stale"}': 0,
      'polyvol_backup_verdict{verdict="failed"}': 0,
      polyvol_backup_problems: 0,
      'polyvol_cloud_up{cloud="do"}': 1,
      'polyvol_backup_expected_interval_seconds{policy="nightly"}': 86_400,
      'polyvol_backup_volumes{cloud="do",policy="nightly",state="fresh"}': 1,
      'polyvol_backup_volumes{cloud="do",policy="nightly",state="late"}': 0,
      'polyvol_backup_volumes{cloud="do",policy="nightly",state="missing"}': 0,
      'polyvol_backup_volumes{cloud="do",policy="nightly",state="new"}': 0,
      [`polyvol_backup_deadline_timestamp_seconds${DB}`]: seconds("2026-05-10T04:00:00Z"),
      [`polyvol_backup_newest_snapshot_timestamp_seconds${DB}`]: seconds("2026-05-09T03:00:00Z"),
      [`polyvol_backup_newest_snapshot_age_seconds${DB}`]: 3_600,
      'polyvol_backup_snapshots{cloud="do",policy="nightly",volume="db",state="good"}': 1,
      'polyvol_backup_snapshots{cloud="do",policy="nightly",volume="db",state="failed"}': 0,
      ...(text.includes("polyvol_cloud_requests_left")
        ? { 'polyvol_cloud_requests_left{cloud="do"}': expect.any(Number) }
        : {}),
    });
    expect(text.endsWith("\n# EOF\n")).toBe(true);
  });

  test("no two shards write the same series", async () => {
    const fleet = await fleetOf(NAMES);
    const texts = await Promise.all(
      SHARDS.map(async (shard) => {
        const now = new Date(fleet.clock.now());
        const { text } = await backupMetrics(POLICIES_OF_FLEET, fleet.clouds, now, { shard });
        return Object.keys(valuesOf(text));
      }),
    );
    const all = texts.flat();
    expect(all).toContain('polyvol_status_timestamp_seconds{shard="0/3"}');
    expect(all.filter((each, at) => all.indexOf(each) !== at)).toEqual([]);
  });

  test("a cloud that could not be seen is down, and neither good nor zero", async () => {
    const { world, clouds } = await backedUpOnce(POLICIES);
    const locked = createMemoryStorage({ account: world.accounts.do, authorised: false });
    const now = new Date("2026-05-09T04:00:00Z");
    const { text } = await backupMetrics(
      POLICIES,
      { ...clouds, locked, broken: new Error("no credentials") },
      now,
    );
    const values = valuesOf(text);
    expect(values).toMatchObject({
      'polyvol_cloud_up{cloud="do"}': 1,
      'polyvol_cloud_up{cloud="locked"}': 0,
      'polyvol_cloud_up{cloud="broken"}': 0,
      'polyvol_backup_verdict{verdict="failed"}': 1,
      polyvol_backup_problems: 2,
    });
    const about = Object.keys(values).filter((name) => /cloud="(locked|broken)"/.test(name));
    expect(about).toHaveLength(2);
  });

  test("the deadline is where the state turns, before and after it, with and without a snapshot", async () => {
    const { world, clouds } = await backedUpOnce(POLICIES);
    await makeVolumes(clouds.do, ["young"]);
    await sleepUntil(world, "2026-05-09T05:00:00Z");
    for (const graceMs of [60_000, 3_600_000, 40 * 3_600_000]) {
      for (const hour of [5, 22, 23.5, 28.5, 47, 51.5, 75]) {
        const now = new Date(Date.parse("2026-05-09T00:00:00Z") + hour * 3_600_000);
        const { text } = await backupMetrics(POLICIES, clouds, now, { graceMs });
        const { volumes } = await status(POLICIES, clouds, now, { graceMs });
        for (const { volumeName, freshness } of volumes) {
          const name = `polyvol_backup_deadline_timestamp_seconds{cloud="do",policy="nightly",volume="${volumeName}"}`;
          const isOver = now.getTime() / 1000 > (valuesOf(text)[name] ?? Number.NaN);
          const isBad = freshness === "late" || freshness === "missing";
          expect(isOver, `${volumeName}, ${now.toISOString()}, ${graceMs}`).toBe(isBad);
        }
      }
    }
  });

  test("a restore is proven by a volume that is there, or by the record; else nothing is said", async () => {
    const { world, clouds } = await backedUpOnce(POLICIES, ["db", "web"]);
    const now = new Date("2026-05-09T08:00:00Z");
    const name = "polyvol_backup_last_proven_restore_timestamp_seconds";
    expect((await backupMetrics(POLICIES, clouds, now)).text).not.toContain(name);
    await sleepUntil(world, "2026-05-09T06:00:00Z");
    await restore({ cloud: "do", from: { volumeName: "db" }, newName: "db-restored" }, clouds);
    const { text } = await backupMetrics(POLICIES, clouds, now);
    const proven = Object.entries(valuesOf(text)).filter(([each]) => each.startsWith(name));
    expect(proven.map(([each]) => each)).toEqual([`${name}{cloud="do",volume="db"}`]);
    expect(proven[0]?.[1]).toBeGreaterThanOrEqual(seconds("2026-05-09T06:00:00Z"));
    const proof = await drill({ cloud: "do", from: { volumeName: "web" } }, clouds, { clock: world.clock });
    const record = { entries: [drillEntry(proof)], aside: [] };
    const values = valuesOf((await backupMetrics(POLICIES, clouds, now, { record })).text);
    expect(values[`${name}{cloud="do",volume="web"}`]).toBe(seconds(proof.finishedAt));
  });

  test("what a name holds cannot end its line", async () => {
    const { clouds } = await backedUpOnce(POLICIES);
    const odd = 'a "b" \\ c\nd';
    const { text } = await backupMetrics(POLICIES, { [odd]: clouds.do }, new Date("2026-05-09T04:00:00Z"));
    expect(text).toContain('polyvol_cloud_up{cloud="a \\"b\\" \\\\ c\\nd"} 1\n');
  });

  test("an invalid date is refused", async () => {
    const { clouds } = await backedUpOnce(POLICIES);
    await expect(backupMetrics(POLICIES, clouds, new Date(Number.NaN))).rejects.toThrow("an invalid date");
  });
});
