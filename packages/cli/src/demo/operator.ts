import {
  audit,
  type BackupStatus,
  backupReport,
  drill,
  drillEntry,
  type Policy,
  type RecordEntry,
  type RunReport,
  restore,
  restoreEntry,
  run,
  runEntry,
  status,
} from "@polyvol/backup";
import { type Clouds, type Config, connect as connectClouds } from "@polyvol/config";
import type { Clock } from "@polyvol/core";
import { countText, sizeText } from "../output/format.ts";
import { writeWhole } from "../output/whole-file.ts";
import type { DemoCloud } from "./clouds.ts";
import type { Check, Reporter } from "./reporter.ts";
import type { Script } from "./script.ts";

/** Who makes the backups: a configuration, policies and the time, without knowledge of emulators and faults. */
export interface Operator {
  readonly config: Config;
  readonly policies: readonly Policy[];
  readonly clock: Clock;
  readonly abortSignal: AbortSignal;
  readonly reporter: Reporter;
  readonly script: Script;
  /** Only looked at, to check what the commands say. */
  readonly clouds: readonly DemoCloud[];
  /** The record of runs. A process that died has left no line. */
  readonly record: RecordEntry[];
}

/** The clouds as a new process sees them: nothing is remembered from one run to the next. */
async function connect({ config, clock }: Operator, fetch?: typeof globalThis.fetch): Promise<Clouds> {
  return await connectClouds(config, { clock, ...(fetch === undefined ? {} : { fetch }) });
}

/** One run of `polyvol backup run`. */
export async function runOnce(operator: Operator): Promise<RunReport> {
  const { policies, clock, abortSignal, record } = operator;
  const report = await run(policies, await connect(operator), { clock, abortSignal });
  record.push(runEntry(report, { policies }));
  return report;
}

/** How often a run that could not do everything is started at most. */
const MAX_RUNS = 5;

export async function runUntilDone(
  operator: Operator,
): Promise<{ readonly runs: number; readonly last: RunReport }> {
  for (let runs = 1; ; runs += 1) {
    const last = await runOnce(operator);
    if (last.ok || runs === MAX_RUNS) return { runs, last };
    await operator.clock.sleep(operator.script.pauses.runMs, operator.abortSignal);
  }
}

/**
 * A run whose process dies in the middle: the answer to its `last`-th request, and every later one, is never seen.
 *
 * @throws Error when the run ended before that
 */
export async function runUntilDeath(operator: Operator, last: number): Promise<void> {
  const { policies, clock, abortSignal, script } = operator;
  const death = new AbortController();
  const die = (): never => {
    death.abort(new Error(`the process died at its ${last}th request`));
    throw new TypeError("the process is dead");
  };
  let sent = 0;
  const clouds = await connect(operator, async (input, init) => {
    if (death.signal.aborted) die();
    sent += 1;
    const mine = sent;
    const response = await fetch(input, init);
    const body = await response.arrayBuffer();
    if (mine >= last || death.signal.aborted) die();
    return new Response(response.status === 204 ? null : body, response);
  });
  const died = await run(policies, clouds, {
    clock,
    abortSignal: AbortSignal.any([abortSignal, death.signal]),
  }).then(
    () => false,
    () => death.signal.aborted,
  );
  abortSignal.throwIfAborted();
  if (!died) throw new Error(`the run ended before its ${last}th request`);
  // Requests that the clouds have accepted take effect all the same.
  await clock.sleep(script.pauses.runMs, abortSignal);
}

/** `polyvol backup status`, until it could read everything. */
export async function readStatus(operator: Operator): Promise<BackupStatus> {
  const { policies, clock, abortSignal } = operator;
  const clouds = await connect(operator);
  return await retry(operator, "backup status", async () => {
    const found = await status(policies, clouds, new Date(clock.now()), { abortSignal });
    return { ...found, ok: found.problems.length === 0 };
  });
}

/** How often a command that failed is given at most. */
const MAX_TRIES = 4;

/** Gives a command again when a fault was too much for it. */
async function retry<T extends { readonly ok: boolean }>(
  { clock, abortSignal, reporter, script }: Operator,
  text: string,
  work: () => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    reporter.doing(text);
    try {
      const result = await work();
      if (result.ok || tries === MAX_TRIES) return result;
    } catch (error) {
      abortSignal.throwIfAborted();
      if (tries === MAX_TRIES) throw error;
    }
    await clock.sleep(script.pauses.commandMs, abortSignal);
  }
}

/** Status, restore, drill and audit, with what they did checked in the clouds. */
export async function useBackups(operator: Operator): Promise<readonly Check[]> {
  const { policies, abortSignal, reporter, clouds, script, record } = operator;
  const say = (command: string, text: string): void =>
    reporter.line(`${`polyvol backup ${command}`.padEnd(24)}${text}`);
  const connected = await connect(operator);

  let { verdict, counts } = await readStatus(operator);
  for (let left = script.catchUps; left > 0 && verdict === "stale"; left -= 1) {
    await runUntilDone(operator);
    ({ verdict, counts } = await readStatus(operator));
  }
  say("status", `${verdict}: ${counts.fresh} fresh, ${counts.late} late, ${counts.missing} missing`);

  const restored: string[] = [];
  for (const { name: cloud, tasks, inventory } of clouds) {
    const { volume, as: newName, sizeGiB } = tasks.restored;
    const from = { volumeName: volume, policyId: script.policyId };
    await retry(operator, `backup restore of ${volume}`, async () => {
      const startedAt = new Date(operator.clock.now());
      const back = await restore({ cloud, from, newName, sizeGiB }, connected, { abortSignal });
      record.push(restoreEntry(back, { startedAt, finishedAt: new Date(operator.clock.now()) }));
      return { ok: true };
    });
    say("restore", `${cloud}: ${volume} is back as ${newName}, grown to ${sizeText(sizeGiB)}`);
    const made = (await inventory()).volumes.filter(({ name }) => name === newName);
    if (made.length !== 1 || made.some((each) => !each.ready || each.sizeGiB !== sizeGiB)) {
      restored.push(`${cloud}: ${newName} is not there once as asked for: ${JSON.stringify(made)}`);
    }
  }

  const drilled: string[] = [];
  for (const { name: cloud, tasks, inventory } of clouds) {
    const volumeName = tasks.drilled;
    const before = (await inventory()).volumes.length;
    const { ok } = await retry(operator, `backup drill of ${volumeName}`, async () => {
      const drilled = await drill({ cloud, from: { volumeName } }, connected, {
        clock: operator.clock,
        abortSignal,
      });
      record.push(drillEntry(drilled));
      return drilled;
    });
    const result = ok ? "restores; the proof is deleted again" : "does not restore";
    say("drill", `${cloud}: ${volumeName} ${result}`);
    const left = (await inventory()).volumes.length - before;
    if (!ok || left !== 0)
      drilled.push(`${cloud}: ${volumeName} ${result}; ${countText(left, "volume")} left`);
  }

  const { findings } = await retry(operator, "backup audit", async () => {
    const report = await audit(policies, connected, { abortSignal });
    return { ...report, ok: report.problems.length === 0 };
  });
  const found = findings.map(({ cloud, names }) => `${names.join(", ")} (${cloud})`).sort();
  say("audit", `${countText(found.length, "thing")} that no policy takes care of, left alone:`);
  reporter.line(`    ${found.join(", ")}`);

  return [
    {
      check: "status says of every volume and policy that it is fresh",
      looked: counts.fresh,
      wrong: verdict === "fresh" ? [] : [`status says ${verdict}`],
    },
    {
      check: "each restored volume is there once, in the size asked for",
      looked: clouds.length,
      wrong: restored,
    },
    { check: "each drill made a volume, and took it away again", looked: clouds.length, wrong: drilled },
  ];
}

/** Writes the page of `polyvol backup report` for what the demo has left behind. */
export async function writeDemoPage(operator: Operator, file: string): Promise<void> {
  const { policies, clock, abortSignal } = operator;
  const { renderReportPage } = await import("@polyvol/report");
  const clouds = await connect(operator);
  const record = { entries: operator.record, aside: [] };
  const report = await backupReport(policies, clouds, new Date(clock.now()), { record, abortSignal });
  await writeWhole(file, renderReportPage(report, { title: "Backups of the demo" }));
}
