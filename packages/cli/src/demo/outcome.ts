import type { Nights } from "./nights.ts";
import { addedOn } from "./restored.ts";
import type { Check, Story } from "./story.ts";
import type { FaultRow } from "./tally.ts";
import { compare, type Differences, merge } from "./verify.ts";

/** What the story came to, as plain JSON. */
export interface Outcome {
  /** Whether every check found what has to be. */
  readonly ok: boolean;
  readonly seed: number;
  readonly nights: number;
  readonly clouds: readonly {
    readonly name: string;
    readonly provider: string;
    /** Volumes that policies choose. */
    readonly volumes: number;
  }[];
  readonly faults: readonly FaultRow[];
  readonly totals: {
    readonly runs: number;
    readonly requests: number;
    readonly faults: number;
    readonly created: number;
    readonly deleted: number;
    readonly duplicated: number;
    readonly lost: number;
  };
  readonly checks: readonly Check[];
}

/** Looks at both clouds once more, and puts everything together. */
export function outcomeOf(story: Story, nights: Nights, finale: readonly Check[]): Outcome {
  const last = lookAtTheEnd(story);
  const found = merge([nights.differences, last.differences]);
  const rows = story.tally.rows();
  const checks: readonly Check[] = [
    {
      check: "every snapshot that was due was there, once, at the end of its night",
      looked: nights.due,
      wrong: [...found.duplicated, ...found.lost, ...nights.unfinished],
    },
    {
      check: "after every night those were kept that the rules name, as counted here anew",
      looked: last.kept,
      wrong: found.surplus,
    },
    {
      check: "volumes, and what somebody else made, are untouched",
      looked: last.untouched,
      wrong: found.harmed,
    },
    { check: "nothing is left behind, nothing unfinished", looked: last.things, wrong: found.leftBehind },
    ...finale,
  ];
  return {
    ok: checks.every(({ wrong }) => wrong.length === 0),
    seed: story.seed,
    nights: story.calendar.nights.length,
    clouds: story.clouds.map(({ name, settings, expect }) => {
      const chosen = expect(story.calendar.nights).kept.map(({ volumeId }) => volumeId);
      return { name, provider: settings.provider, volumes: new Set(chosen).size };
    }),
    faults: rows,
    totals: {
      runs: nights.runs,
      requests: story.tally.requests(),
      faults: rows.reduce((sum, { injected }) => sum + injected, 0),
      created: nights.created,
      deleted: nights.deleted,
      duplicated: found.duplicated.length,
      lost: found.lost.length,
    },
    checks,
  };
}

interface TheEnd {
  readonly differences: Differences;
  readonly kept: number;
  readonly untouched: number;
  readonly things: number;
}

function lookAtTheEnd({ clouds, calendar }: Story): TheEnd {
  const looks = clouds.map(({ name, state, expect }) => {
    const expected = expect(calendar.nights, addedOn(name));
    const holds = state();
    return {
      differences: compare(holds, expected),
      kept: expected.kept.reduce((sum, { slots }) => sum + slots.size, 0),
      untouched: expected.volumes.length + expected.foreign.length,
      things: holds.volumes.length + holds.snapshots.length,
    };
  });
  const total = (key: "kept" | "untouched" | "things"): number =>
    looks.reduce((sum, each) => sum + each[key], 0);
  return {
    differences: merge(looks.map((each) => each.differences)),
    kept: total("kept"),
    untouched: total("untouched"),
    things: total("things"),
  };
}
