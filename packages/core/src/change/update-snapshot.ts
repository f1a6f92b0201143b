import type { Call } from "../call/call.ts";
import type { Changed } from "../driver.ts";
import type { DriverUpdateSnapshot } from "../driver-inputs.ts";
import { checkName } from "../limits.ts";
import type { SnapshotResources } from "../operations/resources.ts";
import type { WaitOptions } from "../options.ts";
import type { Snapshot } from "../snapshot.ts";
import { waitForEffect } from "../wait/effect.ts";
import { idle, shows } from "../wait/goals.ts";
import { vanished } from "./change-volume.ts";
import { requireMethod } from "./volume-changes.ts";

/** Brings a snapshot's name and description to what is wanted; a request that is sent twice does no harm. */
export async function updateSnapshot(
  resources: SnapshotResources,
  call: Call,
  id: string,
  wanted: DriverUpdateSnapshot,
  onProgress: WaitOptions["onProgress"],
): Promise<Snapshot> {
  const { driver, capabilities, polling, recentChanges } = call.runtime;
  if (wanted.name !== undefined) checkName(wanted.name, capabilities.limits.snapshotName);
  // Some services drop white space at the ends of what they keep.
  const isAsWanted = ({ name, description = "" }: Snapshot): boolean =>
    (wanted.name === undefined || name === wanted.name) &&
    (wanted.description === undefined || description.trim() === wanted.description.trim());
  let before = await resources.get(call, id);
  while (isAsWanted(before) && recentChanges.isBefore(before)) {
    await call.sleep(polling.firstPauseMs);
    before = await resources.get(call, id);
  }
  if (isAsWanted(before)) return before;
  const send = requireMethod(driver.provider, "updateSnapshot", driver.updateSnapshot?.bind(driver));
  let changed: Changed;
  try {
    changed = await call.send("repeatable", (context) => send(id, wanted, context));
  } catch (error) {
    // A request whose answer was lost may have done it.
    const found = call.mayHaveChanged() ? await resources.tryGet(call, id).catch(() => undefined) : undefined;
    if (found === undefined || !isAsWanted(found)) throw error;
    changed = { settled: true };
  }
  const after = await waitForEffect(call, {
    kind: "snapshot",
    id,
    onProgress,
    resources,
    stays: "seen",
    changed: { settled: true, ...changed },
    goal: shows(isAsWanted),
    motionOf: (seen) => (idle(seen).state === "done" ? "at_rest" : "under_way"),
    givenUp: () => "the provider accepted the change, and nothing has come of it",
  });
  if (after === undefined) throw vanished();
  recentChanges.changed(before, after);
  return after;
}
