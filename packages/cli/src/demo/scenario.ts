import { join } from "node:path";
import { parsePolicies } from "@polyvol/backup";
import { loadConfig } from "@polyvol/config";
import type { Inventory } from "@polyvol/emulators";
import { countText } from "../output/format.ts";
import { type DemoCloud, FOREIGN_PREFIX } from "./clouds.ts";
import { type Creation, type FaultRow, faultRow, readLog, setFaults, sumRows } from "./faults.ts";
import { CONFIG_FILE, type Folder, shortPath, writeConfig } from "./folder.ts";
import { type Operator, readStatus, runOnce, runUntilDeath, runUntilDone, useBackups } from "./operator.ts";
import type { Check, DemoReport, Reporter } from "./reporter.ts";
import { type Calendar, type DemoClock, dayText, HOUR_MS } from "./time.ts";

/** What the scenario is played with. */
export interface Stage {
  readonly clouds: readonly DemoCloud[];
  readonly clock: DemoClock;
  readonly calendar: Calendar;
  readonly folder: Folder;
  readonly reporter: Reporter;
  /** Decides which requests fail. */
  readonly seed: number;
  readonly abortSignal: AbortSignal;
  /** Called at the end of each night, counted from 0. Its requests are in the emulators' logs. */
  readonly afterNight?: (night: number) => void;
}

interface Scenario extends Stage {
  readonly operator: Operator;
  /** What each cloud holds before the first night. */
  readonly before: readonly Inventory[];
}

/** The nights, counted from 0, in which more than single requests fails. */
const DEATH = { night: 9, afterRequests: 70 };
const OUTAGE = { night: 17, cloud: "samsung" };

const PURPOSE = `Backups go wrong silently: an answer gets lost, a retry makes a second snapshot, and a
cleanup that saw half a list deletes the wrong one. Here that happens night after night, far more
often than on a real cloud. What counts is what the clouds hold in the end, not what a program says.`;

/** Plays the nights and what an operator does next, and leaves the clouds without faults. */
export async function playScenario(stage: Stage): Promise<DemoReport> {
  const { clouds, calendar, folder, reporter, seed } = stage;
  const policiesText = await writeConfig(folder, clouds, calendar.hour);
  introduce(stage, policiesText);
  const config = await loadConfig({ path: join(folder.path, CONFIG_FILE) });
  const operator = { ...stage, config, policies: parsePolicies(config.policies) };
  const before = clouds.map(({ emulator }) => emulator.inventory());
  const scenario: Scenario = { ...stage, operator, before };
  reporter.heading(
    `${calendar.nights.length} nights of "polyvol backup run", while one request in eight fails`,
  );
  const nights = await playNights(scenario);
  reporter.heading("What an operator does next, while requests go on failing");
  for (const { emulator } of clouds) emulator.log.clear();
  const commandChecks = await useBackups(operator);
  const { requests, rows } = readLogs(clouds);
  for (const { emulator } of clouds) emulator.faults.clear();
  const duplicated = nights.creations.filter(({ held }) => held > 1);
  const lost = nights.creations.filter(({ held }) => held === 0);
  const checks: readonly Check[] = [
    {
      check: "every snapshot that a run asked for was there, once, at the end of its night",
      looked: nights.creations.length,
      wrong: [
        ...duplicated.map(({ name, held }) => `${held} snapshots ${name}`),
        ...lost.map(({ name }) => `no snapshot ${name}`),
        ...nights.unfinished,
      ],
    },
    {
      check: "volumes, and what somebody else made, are untouched",
      looked: before.reduce((total, { volumes, snapshots }) => total + volumes.length + snapshots.length, 0),
      wrong: harmed(scenario),
    },
    ...commandChecks,
  ];
  const faults = sumRows([...nights.rows, ...rows]);
  return {
    ok: checks.every(({ wrong }) => wrong.length === 0),
    seed,
    nights: calendar.nights.length,
    clouds: clouds.map(({ name, settings }, index) => ({
      name,
      provider: settings.provider,
      volumes: ownVolumes(before[index]),
    })),
    faults,
    totals: {
      runs: nights.runs,
      requests: nights.requests + requests,
      faults: faults.reduce((total, { injected }) => total + injected, 0),
      created: nights.created,
      deleted: nights.deleted,
      duplicated: duplicated.length,
      lost: lost.length,
    },
    checks,
  };
}

function introduce({ clouds, folder, reporter }: Stage, policiesText: string): void {
  reporter.line(PURPOSE);
  reporter.heading("Two emulated clouds on this machine, reached over HTTP");
  for (const { name, title, url, emulator } of clouds) {
    const inventory = emulator.inventory();
    const own = ownVolumes(inventory);
    const foreign = inventory.volumes.length - own + inventory.snapshots.length;
    reporter.line(
      `${name.padEnd(9)}${title.padEnd(24)}${url}  ${countText(own, "volume")}, ${countText(foreign, "thing")} of others`,
    );
  }
  reporter.heading(`The policies, in ${shortPath(join(folder.path, CONFIG_FILE))}`);
  reporter.line(policiesText.trimEnd());
}

/** How many volumes the policies choose. */
function ownVolumes(inventory: Inventory | undefined): number {
  return inventory?.volumes.filter(({ name }) => !name.startsWith(FOREIGN_PREFIX)).length ?? 0;
}

/** The resources that were there before the first night and are gone or different now. */
function harmed({ clouds, before }: Scenario): readonly string[] {
  return clouds.flatMap(({ name: cloud, emulator }, index) => {
    const now = emulator.inventory();
    const texts = new Map([...now.volumes, ...now.snapshots].map((each) => [each.id, JSON.stringify(each)]));
    const { volumes = [], snapshots = [] } = before[index] ?? {};
    return [...volumes, ...snapshots].flatMap((each) => {
      const kind = "volumeId" in each ? "snapshot" : "volume";
      if (!texts.has(each.id)) return [`${cloud}: ${kind} ${each.name} is gone`];
      return texts.get(each.id) === JSON.stringify(each)
        ? []
        : [`${cloud}: ${kind} ${each.name} has changed`];
    });
  });
}

interface Nights {
  readonly runs: number;
  readonly requests: number;
  readonly created: number;
  readonly deleted: number;
  readonly creations: readonly Creation[];
  readonly rows: readonly FaultRow[];
  /** What could not be done in a night however often it was tried. */
  readonly unfinished: readonly string[];
}

async function playNights(scenario: Scenario): Promise<Nights> {
  const { calendar, clock, reporter, clouds, abortSignal } = scenario;
  const counts = { runs: 0, requests: 0, created: 0, deleted: 0 };
  const creations: Creation[] = [];
  const rows: FaultRow[] = [];
  const unfinished: string[] = [];
  reporter.line(nightLine("night", ["made", "deleted", "faults", "runs"]));
  for (const [night, at] of calendar.nights.entries()) {
    reporter.doing(`night ${night + 1} of ${calendar.nights.length}`);
    await clock.sleepUntil(at, abortSignal);
    const before = snapshotIds(clouds);
    for (const { emulator } of clouds) emulator.log.clear();
    const { runs, problems, note } = await playNight(scenario, night);
    const logs = readLogs(clouds);
    scenario.afterNight?.(night);
    const after = snapshotIds(clouds);
    const created = [...after].filter((id) => !before.has(id)).length;
    const deleted = [...before].filter((id) => !after.has(id)).length;

    counts.runs += runs;
    counts.requests += logs.requests;
    counts.created += created;
    counts.deleted += deleted;
    creations.push(...logs.creations);
    rows.push(...logs.rows);
    if (night === DEATH.night)
      rows.push(faultRow("the process dies in the middle of a run", 1, logs.creations));
    if (night === OUTAGE.night) {
      const { creations: struck } = readLogs(clouds.filter(({ name }) => name === OUTAGE.cloud));
      rows.push(faultRow("a whole cloud is down for an hour", 1, struck));
    }
    unfinished.push(...problems.map((problem) => `night ${night + 1}: ${problem}`));
    const title = `${String(night + 1).padStart(5)}  ${dayText(at)}`;
    const wrong = logs.creations.filter(({ held }) => held !== 1).length + harmed(scenario).length;
    const wrongText = wrong === 0 ? "" : `${countText(wrong, "THING")} NOT AS IT SHOULD BE `;
    reporter.line(nightLine(title, [created, deleted, logs.faults, runs], `${wrongText}${note}`));
  }
  return { ...counts, creations, rows, unfinished };
}

/** The logs of the emulators since they were cleared. */
function readLogs(clouds: readonly DemoCloud[]): {
  readonly requests: number;
  readonly faults: number;
  readonly creations: readonly Creation[];
  readonly rows: readonly FaultRow[];
} {
  const logs = clouds.map(({ emulator }) => emulator.log.entries());
  const read = clouds.map(({ emulator }) => readLog(emulator.log.entries(), emulator.inventory()));
  const rows = read.flatMap((each) => each.rows);
  return {
    requests: logs.reduce((total, { length }) => total + length, 0),
    faults: rows.reduce((total, { injected }) => total + injected, 0),
    creations: read.flatMap((each) => each.creations),
    rows,
  };
}

function nightLine(title: string, cells: readonly (string | number)[], note = ""): string {
  const columns = cells.map((cell) => String(cell).padStart(9));
  return `${title.padEnd(17)}${columns.join("")}   ${note}`.trimEnd();
}

function snapshotIds(clouds: readonly DemoCloud[]): ReadonlySet<string> {
  return new Set(clouds.flatMap(({ emulator }) => emulator.inventory().snapshots.map(({ id }) => id)));
}

interface NightResult {
  readonly runs: number;
  /** What the last run could not do. */
  readonly problems: readonly string[];
  readonly note: string;
}

async function playNight(scenario: Scenario, night: number): Promise<NightResult> {
  setNightFaults(scenario, night);
  let note = "";
  if (night === DEATH.night) {
    await runUntilDeath(scenario.operator, DEATH.afterRequests);
    note = `the process died after ${DEATH.afterRequests} requests; the next run went on`;
  } else if (night === OUTAGE.night) {
    note = await playOutage(scenario, night);
  }
  const before = note === "" ? 0 : 1;
  const { runs, last } = await runUntilDone(scenario.operator);
  if (note === "" && runs > 1) note = "a run gave up on something and was started again";
  return { runs: before + runs, problems: last.ok ? [] : last.problems.map(({ message }) => message), note };
}

/** Every night and cloud has faults of its own. */
function setNightFaults({ clouds, seed }: Scenario, night: number, down?: string): void {
  for (const [index, { emulator, name }] of clouds.entries()) {
    setFaults(emulator, seed * 1_000_000 + night * 1000 + index * 100, name === down);
  }
}

/** A run while a cloud is down, and what `backup status` says once it is back. */
async function playOutage(scenario: Scenario, night: number): Promise<string> {
  const { clock, abortSignal } = scenario;
  setNightFaults(scenario, night, OUTAGE.cloud);
  await runOnce(scenario.operator);
  await clock.sleep(HOUR_MS, abortSignal);
  setNightFaults(scenario, night);
  const { verdict, counts } = await readStatus(scenario.operator);
  return `${OUTAGE.cloud} was down for an hour; status: ${verdict}, ${counts.late} late; made up for`;
}
