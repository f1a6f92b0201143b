/** What a plan is asked to leave out or to go beyond. */
export interface PlanChoices {
  /** Only prunes: nothing is made, and what no rule keeps without a new snapshot goes. Default false. */
  readonly pruneOnly?: boolean;
  /** Lets everything go that no rule keeps, whatever `brakes.maxShare` says; the minimum age holds. Default false. */
  readonly liftBrake?: boolean;
}

/** The choices as a plan holds them: what is not chosen is absent. */
export function chosen({ pruneOnly = false, liftBrake = false }: PlanChoices): {
  readonly pruneOnly?: true;
  readonly liftBrake?: true;
} {
  return { ...(pruneOnly ? { pruneOnly } : {}), ...(liftBrake ? { liftBrake } : {}) };
}
