import { status } from "@polyvol/backup";
import { countText } from "../output/format.ts";
import { again } from "./again.ts";
import { dayText, HOUR_MS } from "./calendar.ts";
import { setFaults } from "./faults.ts";
import { connect, runOnce, runUntilDeath, runUntilDone } from "./operator.ts";
import type { Story, StoryCloud } from "./story.ts";
import type { FaultRow } from "./tally.ts";
import { compare, type Differences, merge } from "./verify.ts";

/** The nights, counted from 0, in which more than single requests fails. */
const DEATH = { night: 9, afterRequests: 70 };
const OUTAGE = { night: 17, cloud: "samsung" };

/** What the nights came to, counted on what the clouds hold. */
export interface Nights {
  readonly runs: number;
  readonly created: number;
  readonly deleted: number;
  /** Due snapshots that were looked for, over all nights. */
  readonly due: number;
  readonly differences: Differences;
  /** What could not be done in a night however often it was tried. */
  readonly unfinished: readonly string[];
}

/** Tells the nights one by one, and holds both clouds after each against what they must hold. */
export async function tellNights(story: Story): Promise<Nights> {
  const { calendar, operator, teller, clouds } = story;
  const totals = { runs: 0, created: 0, deleted: 0, due: 0 };
  const differences: Differences[] = [];
  const unfinished: string[] = [];
  teller.tell(line("night", ["made", "deleted", "faults", "runs"]));
  for (const [index, at] of calendar.nights.entries()) {
    const title = `${String(index + 1).padStart(5)}  ${dayText(at)}`;
    teller.doing(`night ${index + 1} of ${calendar.nights.length}`);
    await operator.clock.sleepUntil(at, operator.abortSignal);
    const before = idsIn(clouds);
    for (const { emulator } of clouds) emulator.log.clear();
    const run = await runTonight(story, index);
    const after = idsIn(clouds);
    const created = [...after].filter((id) => !before.has(id)).length;
    const deleted = [...before].filter((id) => !after.has(id)).length;
    const checked = checkNight(story, index);

    totals.runs += run.runs;
    totals.created += created;
    totals.deleted += deleted;
    totals.due += checked.due;
    differences.push(checked.differences);
    unfinished.push(...run.problems.map((problem) => `night ${index + 1}: ${problem}`));
    const wrong = Object.values(checked.differences).flat().length;
    const note = wrong === 0 ? run.note : `${countText(wrong, "THING")} NOT AS IT SHOULD BE ${run.note}`;
    teller.tell(line(title, [created, deleted, checked.faults, run.runs], note));
  }
  return { ...totals, differences: merge(differences), unfinished };
}

function line(title: string, cells: readonly (string | number)[], note = ""): string {
  const columns = cells.map((cell) => String(cell).padStart(9));
  return `${title.padEnd(17)}${columns.join("")}   ${note}`.trimEnd();
}

interface Tonight {
  readonly runs: number;
  /** What the last run could not do. */
  readonly problems: readonly string[];
  readonly note: string;
}

async function runTonight(story: Story, night: number): Promise<Tonight> {
  const { operator } = story;
  setTonight(story, night);
  let before = 0;
  let note = "";
  if (night === DEATH.night) {
    await runUntilDeath(operator, DEATH.afterRequests);
    before = 1;
    note = `the process died after ${DEATH.afterRequests} requests; the next run went on`;
  } else if (night === OUTAGE.night) {
    note = await liveThroughOutage(story, night);
    before = 1;
  }
  const { runs, last } = await runUntilDone(operator);
  const problems = last.ok ? [] : last.problems.map(({ message }) => message);
  if (note === "" && runs > 1) note = "a run gave up on something and was started again";
  return { runs: before + runs, problems, note };
}

/** A run while a cloud is down, and what the operator is told once it is back. */
async function liveThroughOutage(story: Story, night: number): Promise<string> {
  const { operator } = story;
  const { clock, policies, abortSignal } = operator;
  setTonight(story, night, OUTAGE.cloud);
  await runOnce(operator);
  await clock.sleep(HOUR_MS, abortSignal);
  setTonight(story, night);
  const { verdict, counts } = await again(story, "backup status", async () => {
    const found = await status(policies, await connect(operator), new Date(clock.now()), { abortSignal });
    return { ...found, ok: found.problems.length === 0 };
  });
  return `${OUTAGE.cloud} was down for an hour; status: ${verdict}, ${counts.late} late; made up for`;
}

/** Every night and cloud has faults of its own. */
function setTonight({ clouds, seed }: Story, night: number, down?: string): void {
  for (const [index, { emulator, name }] of clouds.entries()) {
    setFaults(emulator, seed * 1_000_000 + night * 1000 + index * 100, name === down);
  }
}

function idsIn(clouds: readonly StoryCloud[]): ReadonlySet<string> {
  return new Set(clouds.flatMap((cloud) => cloud.state().snapshots.map(({ id }) => id)));
}

interface Checked {
  readonly due: number;
  readonly faults: number;
  readonly differences: Differences;
}

function checkNight({ clouds, calendar, tally }: Story, night: number): Checked {
  const nights = calendar.nights.slice(0, night + 1);
  const [newest = 0] = nights.slice(-1);
  const results = clouds.map(({ name, state, expect, emulator }) => {
    const holds = state();
    const expected = expect(nights);
    return {
      name,
      due: expected.kept.filter(({ due }) => night === 0 || due > newest - HOUR_MS).length,
      faults: tally.add(emulator.log.entries(), holds),
      differences: compare(holds, expected),
    };
  });
  const all = summed(results);
  if (night === DEATH.night) tally.addRow(rowOf("the process dies in the middle of a run", all));
  if (night === OUTAGE.night) {
    const struck = results.filter(({ name }) => name === OUTAGE.cloud);
    tally.addRow(rowOf("a whole cloud is down for an hour", summed(struck)));
  }
  return all;
}

function summed(results: readonly Checked[]): Checked {
  const total = (key: "due" | "faults"): number => results.reduce((sum, each) => sum + each[key], 0);
  return {
    due: total("due"),
    faults: total("faults"),
    differences: merge(results.map((each) => each.differences)),
  };
}

function rowOf(fault: string, { due, differences: { duplicated, lost } }: Checked): FaultRow {
  return { fault, injected: 1, creates: due, duplicated: duplicated.length, lost: lost.length };
}
