import type { Pending, PendingStatus } from "@polyvol/core/driver";
import type { Commit, MemoryState } from "./state.ts";

/** One change, whichever way it ends in this account. */
export interface Change {
  /** What it is, for people: "resize of volume-000001". */
  readonly about: string;
  readonly durationMs: number;
  /** Marks what is being changed as busy. Not called where changes end at once. */
  readonly begin?: () => void;
  /** Shows the change in the resource's state. Called where changes end by state. */
  readonly show?: () => void;
  readonly finish: (at: number) => void;
  /** The change failed. `byState`: the resource itself has to tell. */
  readonly fail: (byState: boolean) => void;
}

/** Starts a change that ends as the account's mode says, and returns its record, where there is one. */
export function startChange(state: MemoryState, change: Change, { now, fault }: Commit): Pending | undefined {
  const { mode } = state.settings;
  const reason = fault?.effect === "break" ? (fault.reason ?? "the work failed") : undefined;
  const end = (at: number): void => {
    if (reason === undefined) change.finish(at);
    else change.fail(mode !== "record");
  };
  if (mode === "none") {
    end(now);
    return undefined;
  }
  change.begin?.();
  if (mode === "state") {
    change.show?.();
    state.schedule.add(now + change.durationMs, end);
    return undefined;
  }
  const { id: token } = state.next("job");
  state.jobs.set(token, { state: "running", seen: change.about });
  state.schedule.add(now + change.durationMs, (at) => {
    end(at);
    const status: PendingStatus = reason === undefined ? { state: "succeeded" } : { state: "failed", reason };
    state.jobs.set(token, status);
  });
  return { kind: "job", token };
}
