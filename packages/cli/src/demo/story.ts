import type { Calendar } from "./calendar.ts";
import type { EmulatedCloud } from "./clouds.ts";
import type { createExpectations } from "./expectation.ts";
import type { Operator } from "./operator.ts";
import type { StoryPolicy } from "./policies.ts";
import type { Tally } from "./tally.ts";
import type { Teller } from "./teller.ts";

/** Everything that the chapters of the story share. */
export interface Story {
  readonly clouds: readonly StoryCloud[];
  readonly operator: Operator;
  readonly calendar: Calendar;
  readonly teller: Teller;
  readonly tally: Tally;
  readonly policies: readonly StoryPolicy[];
  /** Decides the faults. */
  readonly seed: number;
}

/** A cloud, and what it has to hold after so many nights. */
export interface StoryCloud extends EmulatedCloud {
  readonly expect: ReturnType<typeof createExpectations>;
}

/** One thing that was looked at, and what was wrong. */
export interface Check {
  readonly check: string;
  /** How many single things were looked at. */
  readonly looked: number;
  /** Empty when all is well. */
  readonly wrong: readonly string[];
}
