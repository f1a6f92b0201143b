import type { Pending } from "@polyvol/core/driver";
import type { Commit, World } from "./state.ts";

/** One change, whatever the account's way to end it. */
export interface Change {
  /** What it is, for people: "resize of volume-000001". */
  readonly about: string;
  readonly durationMs: number;
  /** Marks what is being changed as busy. Not called where changes end at once. */
  readonly begin: () => void;
  /** Shows it in the resource's state. Called where changes end by state. */
  readonly show?: () => void;
  readonly finish: (at: number) => void;
  /** The change failed. `byState`: the resource itself has to tell. */
  readonly fail: (at: number, byState: boolean) => void;
}

/** Lets a change end as the account's mode says, and returns the record that follows it, where there is one. */
export function run(world: World, change: Change, commit: Commit): Pending | undefined {
  const { mode } = world.settings;
  const { now, breakReason } = commit;
  if (mode === "none") {
    if (breakReason === undefined) change.finish(now);
    else change.fail(now, true);
    return undefined;
  }
  change.begin();
  if (mode === "state") {
    change.show?.();
    world.agenda.add(now + change.durationMs, (at) => {
      if (breakReason === undefined) change.finish(at);
      else change.fail(at, true);
    });
    return undefined;
  }
  const id = `job-${String(world.next("job")).padStart(6, "0")}`;
  world.jobs.set(id, { id, about: change.about, status: "running", reason: undefined });
  world.agenda.add(now + change.durationMs, (at) => {
    if (breakReason === undefined) change.finish(at);
    else change.fail(at, false);
    world.jobs.set(id, {
      id,
      about: change.about,
      status: breakReason === undefined ? "succeeded" : "failed",
      reason: breakReason,
    });
  });
  return { kind: "job", token: id };
}
