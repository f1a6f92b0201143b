import { join, resolve } from "node:path";
import { parsePolicies } from "@polyvol/backup";
import { loadConfig } from "@polyvol/config";
import type { Clock } from "@polyvol/core";
import type { Inventory } from "@polyvol/emulators";
import { countText, shortPath } from "../output/format.ts";
import { type DemoCloud, FOREIGN_PREFIX } from "./clouds.ts";
import { type Creation, type FaultRow, faultRow, readLog, setFaults, sumRows } from "./faults.ts";
import { CONFIG_FILE, type Folder, writeConfig } from "./folder.ts";
import {
  type Operator,
  readStatus,
  runOnce,
  runUntilDeath,
  runUntilDone,
  useBackups,
  writeDemoPage,
} from "./operator.ts";
import type { Check, DemoReport, Reporter } from "./reporter.ts";
import type { Script } from "./script.ts";
import { sleepUntil } from "./script.ts";

/** What the scenario is played with. */
export interface Stage {
  readonly clouds: readonly DemoCloud[];
  readonly clock: Clock;
  readonly script: Script;
  readonly folder: Folder;
  readonly reporter: Reporter;
  /** Decides which requests fail. */
  readonly seed: number;
  readonly abortSignal: AbortSignal;
  /** Where the page of the report is written in the end. */
  readonly report?: string | undefined;
  /** Called at the end of each round, counted from 0. Its requests are in the clouds' logs. */
  readonly afterRound?: (round: number) => void;
}

interface Scenario extends Stage {
  readonly operator: Operator;
  /** What each cloud holds before the first round. */
  readonly before: readonly Inventory[];
}

const PURPOSE = `Backups go wrong silently: an answer gets lost, a retry makes a second snapshot, and a
cleanup that saw half a list deletes the wrong one. Here that happens again and again, far more
often than it would by itself. What counts is what the clouds hold in the end, not what a program says.`;

/** Plays the rounds and what an operator does next, and leaves the clouds without faults. */
export async function playScenario(stage: Stage): Promise<DemoReport> {
  const { clouds, script, folder, reporter, seed } = stage;
  await writeConfig(folder, clouds, script.policies);
  const before = await inventories(clouds);
  introduce(stage, before);
  const config = await loadConfig({ path: join(folder.path, CONFIG_FILE) });
  const operator: Operator = { ...stage, config, policies: parsePolicies(config.policies), record: [] };
  const scenario: Scenario = { ...stage, operator, before };
  reporter.heading(script.titles.rounds);
  const played = await playRounds(scenario);
  reporter.heading("What an operator does next, while requests go on failing");
  for (const { emulator } of clouds) emulator.log.clear();
  const commandChecks = await useBackups(operator);
  const { requests, rows } = await readLogs(clouds);
  for (const { emulator } of clouds) emulator.faults.clear();
  if (stage.report !== undefined) {
    const file = resolve(stage.report);
    await writeDemoPage(operator, file);
    reporter.line(`${"polyvol backup report".padEnd(24)}the page is ${shortPath(file)}`);
  }
  const { duplicated, lost } = faultRow("all", 0, played.creations);
  const astray = played.creations.filter(({ held }) => held !== 1);
  const checks: readonly Check[] = [
    {
      check: `every snapshot that a run asked for was there, once, at the end of its ${script.unit}`,
      looked: played.creations.length,
      wrong: [
        ...astray.map(({ name, held }) => `${held === 0 ? "no snapshot" : `${held} snapshots`} ${name}`),
        ...played.unfinished,
      ],
    },
    {
      check: "volumes, and what somebody else made, are untouched",
      looked: before.reduce((total, { volumes, snapshots }) => total + volumes.length + snapshots.length, 0),
      wrong: await harmed(scenario),
    },
    ...commandChecks,
  ];
  const faults = sumRows([...played.rows, ...rows]);
  return {
    ok: checks.every(({ wrong }) => wrong.length === 0),
    seed,
    rounds: script.rounds,
    clouds: clouds.map(({ name, settings }, index) => ({
      name,
      provider: settings.provider,
      volumes: ownVolumes(before[index]),
    })),
    faults,
    totals: {
      runs: played.runs,
      requests: played.requests + requests,
      faults: faults.reduce((total, { injected }) => total + injected, 0),
      created: played.created,
      deleted: played.deleted,
      duplicated,
      lost,
    },
    checks,
  };
}

function introduce({ clouds, folder, reporter, script }: Stage, before: readonly Inventory[]): void {
  reporter.line(PURPOSE);
  reporter.heading(script.titles.clouds);
  for (const [index, { name, title, url }] of clouds.entries()) {
    const { volumes = [], snapshots = [] } = before[index] ?? {};
    const own = ownVolumes(before[index]);
    const foreign = volumes.length - own + snapshots.length;
    reporter.line(
      `${name.padEnd(11)}${title.padEnd(24)}${url}  ${countText(own, "volume")}, ${countText(foreign, "thing")} of others`,
    );
  }
  reporter.heading(`The policies, in ${shortPath(join(folder.path, CONFIG_FILE))}`);
  reporter.line(script.policies.trimEnd());
}

const inventories = (clouds: readonly DemoCloud[]): Promise<readonly Inventory[]> =>
  Promise.all(clouds.map(({ inventory }) => inventory()));

/** How many volumes the policies choose. */
function ownVolumes(inventory: Inventory | undefined): number {
  return inventory?.volumes.filter(({ name }) => !name.startsWith(FOREIGN_PREFIX)).length ?? 0;
}

/** The resources that were there before the first round and are gone or different now. */
async function harmed({ clouds, before }: Scenario): Promise<readonly string[]> {
  const now = await inventories(clouds);
  return clouds.flatMap(({ name: cloud }, index) => {
    const held = [...(now[index]?.volumes ?? []), ...(now[index]?.snapshots ?? [])];
    const texts = new Map(held.map((each) => [each.id, JSON.stringify(each)]));
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

interface Rounds {
  readonly runs: number;
  readonly requests: number;
  readonly created: number;
  readonly deleted: number;
  readonly creations: readonly Creation[];
  readonly rows: readonly FaultRow[];
  /** What could not be done in a round however often it was tried. */
  readonly unfinished: readonly string[];
}

async function playRounds(scenario: Scenario): Promise<Rounds> {
  const { script, clock, reporter, clouds, abortSignal } = scenario;
  const { unit, death, outage } = script;
  const counts = { runs: 0, requests: 0, created: 0, deleted: 0 };
  const creations: Creation[] = [];
  const rows: FaultRow[] = [];
  const unfinished: string[] = [];
  reporter.line(roundLine(unit, ["made", "deleted", "faults", "runs"]));
  for (let round = 0; round < script.rounds; round += 1) {
    reporter.doing(`${unit} ${round + 1} of ${script.rounds}`);
    const at = script.startOf(round, clock.now());
    await sleepUntil(clock, at, abortSignal);
    const before = await snapshotIds(clouds);
    for (const { emulator } of clouds) emulator.log.clear();
    const { runs, problems, note } = await playRound(scenario, round);
    const logs = await readLogs(clouds);
    scenario.afterRound?.(round);
    const after = await snapshotIds(clouds);
    const created = [...after].filter((id) => !before.has(id)).length;
    const deleted = [...before].filter((id) => !after.has(id)).length;

    counts.runs += runs;
    counts.requests += logs.requests;
    counts.created += created;
    counts.deleted += deleted;
    creations.push(...logs.creations);
    rows.push(...logs.rows);
    if (round === death.round)
      rows.push(faultRow("the process dies in the middle of a run", 1, logs.creations));
    if (round === outage.round) {
      const { creations: struck } = await readLogs(clouds.filter(({ name }) => name === outage.cloud));
      rows.push(faultRow(`a whole cloud is down for ${outage.long}`, 1, struck));
    }
    unfinished.push(...problems.map((problem) => `${unit} ${round + 1}: ${problem}`));
    const title = `${String(round + 1).padStart(5)}  ${script.startText(at)}`;
    const wrong = logs.creations.filter(({ held }) => held !== 1).length + (await harmed(scenario)).length;
    const wrongText = wrong === 0 ? "" : `${countText(wrong, "THING")} NOT AS IT SHOULD BE `;
    reporter.line(roundLine(title, [created, deleted, logs.faults, runs], `${wrongText}${note}`));
  }
  return { ...counts, creations, rows, unfinished };
}

/** The logs of the clouds since they were cleared. */
async function readLogs(clouds: readonly DemoCloud[]): Promise<{
  readonly requests: number;
  readonly faults: number;
  readonly creations: readonly Creation[];
  readonly rows: readonly FaultRow[];
}> {
  const held = await inventories(clouds);
  const logs = clouds.map(({ emulator }) => emulator.log.entries());
  const read = logs.map((entries, index) => readLog(entries, held[index]?.snapshots ?? []));
  const rows = read.flatMap((each) => each.rows);
  return {
    requests: logs.reduce((total, { length }) => total + length, 0),
    faults: rows.reduce((total, { injected }) => total + injected, 0),
    creations: read.flatMap((each) => each.creations),
    rows,
  };
}

function roundLine(title: string, cells: readonly (string | number)[], note = ""): string {
  const columns = cells.map((cell) => String(cell).padStart(9));
  return `${title.padEnd(17)}${columns.join("")}   ${note}`.trimEnd();
}

async function snapshotIds(clouds: readonly DemoCloud[]): Promise<ReadonlySet<string>> {
  const held = await inventories(clouds);
  return new Set(held.flatMap(({ snapshots }) => snapshots.map(({ id }) => id)));
}

interface RoundResult {
  readonly runs: number;
  /** What the last run could not do. */
  readonly problems: readonly string[];
  readonly note: string;
}

async function playRound(scenario: Scenario, round: number): Promise<RoundResult> {
  const { death, outage } = scenario.script;
  setRoundFaults(scenario, round);
  let note = "";
  if (round === death.round) {
    await runUntilDeath(scenario.operator, death.afterRequests);
    note = `the process died after ${death.afterRequests} requests; the next run went on`;
  } else if (round === outage.round) {
    note = await playOutage(scenario, round);
  }
  const before = note === "" ? 0 : 1;
  const { runs, last } = await runUntilDone(scenario.operator);
  if (note === "" && runs > 1) note = "a run gave up on something and was started again";
  return { runs: before + runs, problems: last.ok ? [] : last.problems.map(({ message }) => message), note };
}

/** Every round and cloud has faults of its own. */
function setRoundFaults({ clouds, seed }: Scenario, round: number, down?: string): void {
  for (const [index, { emulator, name }] of clouds.entries()) {
    setFaults(emulator, seed * 1_000_000 + round * 1000 + index * 100, name === down);
  }
}

/** A run while a cloud is down, and what `backup status` says once it is back. */
async function playOutage(scenario: Scenario, round: number): Promise<string> {
  const { clock, abortSignal } = scenario;
  const { cloud, long, endAfter } = scenario.script.outage;
  setRoundFaults(scenario, round, cloud);
  await runOnce(scenario.operator);
  await sleepUntil(clock, endAfter(clock.now()), abortSignal);
  setRoundFaults(scenario, round);
  const { verdict, counts } = await readStatus(scenario.operator);
  return `${cloud} was down for ${long}; status: ${verdict}, ${counts.late} late; made up for`;
}
