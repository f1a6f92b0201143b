import type { DayState, Freshness } from "@polyvol/backup";

/** How a state of a day is shown: a letter beside the colour, so that no colour has to be told from another. */
export interface StateSign {
  readonly sign: string;
  readonly word: string;
  readonly meaning: string;
}

/** In the order of need. */
export const DAY_SIGNS: Readonly<Record<DayState, StateSign>> = {
  failed: { sign: "!", word: "failed", meaning: "a run tried and came to nothing" },
  overdue: { sign: "O", word: "overdue", meaning: "due, not there yet, and the grace is over" },
  missed: { sign: "×", word: "missed", meaning: "not there, though the rules would keep it" },
  late: { sign: "L", word: "late", meaning: "made after the grace" },
  due: { sign: "…", word: "due", meaning: "came due within the grace" },
  held: { sign: "H", word: "held", meaning: "made, and a hold keeps it" },
  made: { sign: "●", word: "made", meaning: "made in time" },
  pruned: { sign: "–", word: "pruned", meaning: "made, and deleted again as planned" },
  unknown: { sign: "?", word: "unknown", meaning: "not there; whether it was made, nothing says" },
  before: { sign: "", word: "before", meaning: "the volume did not exist yet" },
  none: { sign: "", word: "no slot", meaning: "nothing was scheduled" },
};

export const DAY_STATES = Object.keys(DAY_SIGNS) as readonly DayState[];

/** In the order of need. */
export const FRESHNESS_SIGNS: Readonly<Record<Freshness, { readonly sign: string; readonly word: string }>> =
  {
    missing: { sign: "×", word: "missing" },
    late: { sign: "L", word: "late" },
    new: { sign: "…", word: "new" },
    fresh: { sign: "●", word: "fresh" },
  };

export const FRESHNESS_ORDER = Object.keys(FRESHNESS_SIGNS) as readonly Freshness[];
