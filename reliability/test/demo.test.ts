import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "@polyvol/config";
import { expect, onTestFinished, test } from "vitest";
import { type DemoCloud, startClouds } from "../../packages/cli/src/demo/clouds.ts";
import { CONFIG_FILE, createKeptFolder } from "../../packages/cli/src/demo/folder.ts";
import type { DemoReport } from "../../packages/cli/src/demo/reporter.ts";
import { playScenario } from "../../packages/cli/src/demo/scenario.ts";
import {
  createCalendar,
  createDemoClock,
  MINUTE_MS,
  nightScript,
} from "../../packages/cli/src/demo/script.ts";
import { compare, type Differences, merge, NO_DIFFERENCES } from "../src/demo-comparison.ts";
import {
  chooses,
  createExpectations,
  type Expectation,
  expectedPolicies,
  holdingsOf,
} from "../src/demo-expectation.ts";

/** Volumes that the demo's restores leave on each cloud, and the volumes that they restore. */
const RESTORED: Readonly<
  Record<string, { readonly of: string; readonly as: string; readonly sizeGiB: number }>
> = {
  ocean: { of: "db-orders", as: "restored-orders", sizeGiB: 400 },
  samsung: { of: "db-erp", as: "restored-erp", sizeGiB: 640 },
};

interface Played {
  /** The hour of the policies' slots. */
  readonly hour: number;
  readonly report: DemoReport;
  /** What the demo wrote. */
  readonly text: string;
  readonly clouds: readonly DemoCloud[];
  readonly policies: unknown;
  /** What the clouds have to hold in the end, without what the restores add. */
  readonly expected: readonly Expectation[];
  /** How the clouds differed at the ends of the nights. */
  readonly differences: Differences;
  /** How many slots were due in each night, on all clouds. */
  readonly due: readonly number[];
}

/** Plays the last nights of the demo's scenario, and holds both clouds after each night against the oracle. */
async function play(
  seed: number,
  nightCount: number,
  meddle: (night: number, clouds: readonly DemoCloud[]) => void = () => undefined,
): Promise<Played> {
  const { hour, nights: all } = createCalendar(Date.now());
  const nights = all.slice(-nightCount);
  const clock = createDemoClock((nights[0] ?? 0) - MINUTE_MS);
  const clouds = await startClouds(clock, seed);
  const base = await mkdtemp(join(tmpdir(), "polyvol-reliability-demo-"));
  onTestFinished(async () => {
    await Promise.all(clouds.map((cloud) => cloud.close()));
    await rm(base, { recursive: true });
  });
  const folder = await createKeptFolder(join(base, "folder"));
  const expectations = clouds.map(({ name, emulator }) =>
    createExpectations(name, holdingsOf(emulator), expectedPolicies(hour)),
  );
  const differences: Differences[] = [];
  const due: number[] = [];
  const lines: string[] = [];
  const report = await playScenario({
    clouds,
    clock,
    script: nightScript({ hour, nights }),
    folder,
    reporter: {
      heading: (text) => void lines.push(text),
      line: (text) => void lines.push(text),
      paint: (_tone, text) => text,
      doing: () => undefined,
      close: () => undefined,
    },
    seed,
    abortSignal: new AbortController().signal,
    afterRound(night) {
      meddle(night, clouds);
      const [newest = 0] = nights.slice(night, night + 1);
      const expected = expectations.map((expect) => expect(nights.slice(0, night + 1)));
      const slots = expected.flatMap(({ kept }) => kept);
      due.push(slots.filter((slot) => night === 0 || slot.due > newest - 60 * MINUTE_MS).length);
      for (const [index, { emulator }] of clouds.entries()) {
        const each = expected[index];
        if (each !== undefined) differences.push(compare(holdingsOf(emulator), each));
      }
    },
  });
  const { policies } = await loadConfig({ path: join(folder.path, CONFIG_FILE) });
  return {
    hour,
    report,
    text: lines.join("\n"),
    clouds,
    policies,
    expected: expectations.map((expect) => expect(nights)),
    differences: merge(differences),
    due,
  };
}

test("thirty nights of faults: after each of them both clouds hold what an independent count says", async () => {
  const { hour, report, text, clouds, policies, expected, differences, due } = await play(3, 30);
  expect(report.checks.filter(({ wrong }) => wrong.length > 0)).toEqual([]);
  expect(report).toMatchObject({ ok: true, rounds: 30, totals: { duplicated: 0, lost: 0 } });
  expect(differences).toEqual(NO_DIFFERENCES);

  // The oracle is about the policies that the demo is configured with.
  expect(policies).toEqual(
    Object.fromEntries(
      expectedPolicies(hour).map(({ id, prefixes, rules, cron }) => [
        id,
        {
          select: { name: prefixes.map((prefix) => `${prefix}*`) },
          schedule: { cron, timezone: "UTC" },
          retention: rules,
        },
      ]),
    ),
  );
  // Every slot that was due was filled by exactly one creation, and nothing else was created.
  expect(report.totals.created).toBe(due.reduce((sum, each) => sum + each, 0));
  expect(report.faults.filter(({ injected }) => injected === 0)).toEqual([]);

  for (const [index, { name, emulator }] of clouds.entries()) {
    const each = expected[index];
    const { of, as, sizeGiB } = RESTORED[name] ?? { of: "", as: "", sizeGiB: 0 };
    if (each === undefined) throw new Error("a cloud without an expectation");
    const inventory = holdingsOf(emulator);
    expect(compare(inventory, { ...each, added: [as] })).toEqual(NO_DIFFERENCES);

    // The restored volume was made from the newest snapshot of the nightly policy, and each drill from one.
    const made = emulator.log
      .entries()
      .filter(
        ({ method, target, committed }) => committed && method === "POST" && target.endsWith("/volumes"),
      )
      .map(({ requestBody }) => JSON.parse(requestBody) as { name: string; snapshot_id: string });
    const source = inventory.volumes.find((volume) => volume.name === of);
    const newest = inventory.snapshots
      .filter((snapshot) => snapshot.volumeId === source?.id && snapshot.name.startsWith("polyvol-nightly-"))
      .sort((a, b) => b.name.localeCompare(a.name))[0];
    const sources = made.filter((volume) => volume.name === as).map(({ snapshot_id }) => snapshot_id);
    expect([...new Set(sources)]).toEqual([newest?.id]);
    expect(inventory.volumes.find((volume) => volume.name === as)).toMatchObject({ sizeGiB, ready: true });
    const drills = made.filter((volume) => volume.name !== as);
    expect(drills.length).toBeGreaterThan(0);
    for (const { snapshot_id } of drills)
      expect(inventory.snapshots.map(({ id }) => id)).toContain(snapshot_id);

    // Audit names what no policy takes care of: volumes that none chooses, and snapshots of volumes that are gone.
    const ids = inventory.volumes.map(({ id }) => id);
    const unattended = [
      ...inventory.volumes.filter((volume) => !expectedPolicies(hour).some((each) => chooses(each, volume))),
      ...inventory.snapshots.filter(({ volumeId }) => !ids.includes(volumeId)),
    ].map((each) => `${each.name} (${name})`);
    const audited = text.split("left alone:\n")[1]?.trim().split(", ") ?? [];
    expect(audited.filter((each) => each.endsWith(`(${name})`)).sort()).toEqual(unattended.sort());
  }
  const slots = expected.flatMap(({ kept }) => kept);
  expect(text).toContain(`fresh: ${slots.length} fresh, 0 late, 0 missing`);
});

test("what goes wrong behind Polyvol's back is found by the oracle", async () => {
  const { differences } = await play(5, 4, (night, [ocean]) => {
    if (night !== 3 || ocean === undefined) return;
    const { volumes, snapshots } = holdingsOf(ocean.emulator);
    const shop = volumes.find(({ name }) => name === "web-shop")?.id;
    const [taken] = snapshots.filter(({ volumeId }) => volumeId === shop);
    ocean.emulator.seed({ snapshots: [{ name: taken?.name, resource_id: shop }] });
  });
  expect(differences).toEqual({
    ...NO_DIFFERENCES,
    duplicated: [expect.stringMatching(/^ocean: web-shop, policy nightly, slot \S+: 2 snapshots$/)],
  });
});
