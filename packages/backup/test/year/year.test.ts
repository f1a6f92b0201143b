import { expect, inject, test } from "vitest";
import { audit, type BackupPlan, parsePolicies, plan, type RunReport, run, status } from "../../src/index.ts";
import { createMemoryWorld, type MemoryWorld, makeVolumes } from "../support/memory-clouds.ts";
import { printTable } from "../support/print.ts";
import { createRandom } from "../support/random.ts";
import { createLedger, deletionsOf, type Outcome } from "./fates.ts";
import { createTroubles } from "./troubles.ts";

/** Else six weeks, in which the clocks of both policies' zones are put forward and weekly snapshots are given up. */
const [START, DAYS] = inject("isFull")
  ? [Date.parse("2026-01-01T00:45:00Z"), 365]
  : [Date.parse("2026-02-27T00:45:00Z"), 42];
const HOURS = DAYS * 24;
const HOUR = 3_600_000;
const WEEK = 7 * 24;
const select = { name: "*" };
const POLICIES = parsePolicies({
  hourly: {
    select,
    schedule: { every: "1h", timezone: "UTC" },
    retention: { last: 10 },
    brakes: { maxShare: 1 },
  },
  daily: { select, schedule: { cron: "20 3 * * *", timezone: "Europe/Berlin" }, retention: { daily: 5 } },
  weekly: {
    select,
    schedule: { cron: "40 4 * * 0", timezone: "America/New_York" },
    retention: { weekly: 4 },
  },
});

/** Which policies got nothing from a run on a cloud, and why. */
function troublesOf(reports: readonly (RunReport | undefined)[], cloud: string): ReadonlyMap<string, string> {
  const troubles = new Map<string, string>();
  for (const report of reports) {
    if (report === undefined) for (const { id } of POLICIES) troubles.set(id, "killed");
    for (const problem of report?.problems ?? []) {
      if (problem.cloud !== cloud || problem.effect !== "nothing_done") continue;
      if (problem.policyId === undefined) for (const { id } of POLICIES) troubles.set(id, "cloud down");
      else troubles.set(problem.policyId, "failed");
    }
  }
  return troubles;
}

/** How many failed snapshots the audit finds. Nobody has to delete them: runs do. */
async function failedOnes(world: MemoryWorld): Promise<number> {
  for (const account of Object.values(world.accounts)) account.clearFaults();
  const { findings } = await audit(POLICIES, world.open());
  return findings
    .filter(({ kind }) => kind === "failed_snapshots")
    .reduce((sum, { ids }) => sum + ids.length, 0);
}

test(`${DAYS} days of hourly runs of three policies with everything going wrong: every slot is explained`, async () => {
  const began = process.cpuUsage();
  const world = createMemoryWorld(new Date(START).toISOString());
  const { clock, accounts } = world;
  for (const storage of Object.values(world.open())) await makeVolumes(storage, ["db"]);
  const random = createRandom(365);
  const troubles = createTroubles(random, HOURS);
  const from = clock.now();
  const ledger = createLedger(world, from, () => clock.now());
  const outcomes: Record<string, Outcome[]> = { do: [], scp: [] };
  const reported = new Set<string>();
  let mostFailed = 0;
  const survived = {
    runs: 0,
    "not run": 0,
    killed: 0,
    "two at once": 0,
    "cloud down": 0,
    "requests failed": 0,
  };
  const events = {
    onEvent: (event: { type: string; failure?: string }) => {
      if (event.type === "response" && event.failure !== undefined) survived["requests failed"] += 1;
    },
  };

  for (let hour = 1; hour <= HOURS; hour += 1) {
    await clock.sleep(Math.max(0, START + hour * HOUR - clock.now()));
    if (hour % WEEK === 0) mostFailed = Math.max(mostFailed, await failedOnes(world));
    const { off, down, killedAfterMs, twice } = troubles.at(hour);
    for (const account of Object.values(accounts)) account.clearFaults();
    const at = clock.now();
    // Only what was planned may go, also where the process does not live to tell of its plan.
    const plans: BackupPlan[] =
      killedAfterMs === undefined || off ? [] : [await plan(POLICIES, world.open(), new Date(at))];
    for (const [cloud, account] of Object.entries(accounts)) {
      if (down.has(cloud))
        account.inject({ effect: "fail", when: "before", count: Number.POSITIVE_INFINITY });
      else troubles.inject(account, cloud);
    }
    if (off) {
      survived["not run"] += 1;
      continue;
    }
    survived.runs += 1;
    survived["cloud down"] += down.size;
    const abort = new AbortController();
    const first = run(POLICIES, world.open(events), { clock, abortSignal: abort.signal }).catch(
      () => undefined,
    );
    const others = twice ? [run(POLICIES, world.open(events), { clock })] : [];
    if (killedAfterMs !== undefined) {
      survived.killed += 1;
      const ended = Promise.allSettled([first]);
      await clock.sleep(killedAfterMs);
      abort.abort();
      await ended;
    }
    if (twice) survived["two at once"] += 1;
    const reports = await Promise.all([first, ...others]);
    plans.push(...reports.flatMap((report) => (report === undefined ? [] : [report.plan])));
    for (const cloud of ["do", "scp"]) outcomes[cloud]?.push({ at, troubles: troublesOf(reports, cloud) });
    ledger.look(at, deletionsOf(plans), twice && reports.some((report) => report?.ok !== true));
    for (const { problems } of reports.flatMap((report) => report ?? [])) {
      for (const { code, snapshotName } of problems)
        if (code === "conflict") reported.add(snapshotName ?? "");
    }
  }

  for (const account of Object.values(accounts)) account.clearFaults();
  const last = await run(POLICIES, world.open(), { clock });
  ledger.look(clock.now(), deletionsOf([last.plan]), false);
  const rows = Object.fromEntries(
    ["do", "scp"].flatMap((cloud) =>
      POLICIES.map(
        (policy) => [`${policy.id} on ${cloud}`, ledger.tally(policy, cloud, outcomes[cloud] ?? [])] as const,
      ),
    ),
  );
  printTable("slot by slot", rows);
  printTable("what was survived", { [`in ${HOURS} hours`]: survived });
  const used = process.cpuUsage(began);
  const seconds = (used.user + used.system) / 1e6;
  process.stdout.write(`processor time ${seconds.toFixed(1)} s\n`);

  expect(ledger.faults).toEqual([]);
  expect(reported.size).toBeGreaterThanOrEqual(ledger.surplus.size);
  for (const [name, row] of Object.entries(rows))
    expect({ name, unexplained: row["unexplained"] }).toEqual({ name, unexplained: 0 });
  expect(last.ok).toBe(true);
  expect((await status(POLICIES, world.open(), new Date(clock.now()))).verdict).toBe("fresh");
  expect(mostFailed).toBeLessThanOrEqual(POLICIES.length);
  expect((await audit(POLICIES, world.open())).findings).toEqual([]);
  expect(clock.sleepers).toBe(0);
});
