import type { BlockStorage, Clock, Volume } from "@polyvol/core";
import { checkTimeout, monotonicTime, systemClock, tell } from "@polyvol/core/driver";
import { type Clouds, cloudNamed } from "../clouds.ts";
import { refuseNul } from "../command/nul.ts";
import { GRACE_MS, type RanCommand, runOnSnapshot } from "../command/snapshot-command.ts";
import { DAY_MS } from "../duration.ts";
import { serverOf } from "../mount/find-server.ts";
import { createLinuxDevices } from "../mount/linux/linux-devices.ts";
import { useSnapshot } from "../mount/use-snapshot.ts";
import { drillName } from "../naming.ts";
import { type BackupProblem, problemOf } from "../problem.ts";
import { findSnapshot } from "../restore/find-snapshot.ts";
import { homeOf } from "../restore/restore.ts";
import { removeLeftovers } from "../temporary/leftovers.ts";
import { makeTemporary, mayComeLate, ofItsOwn, removeTemporary } from "../temporary/temporary-volume.ts";
import { checkCommand, checkVolume, reportOf } from "./checks.ts";
import type { DrillCommand, DrillOptions, DrillReport, DrillRequest } from "./types.ts";

/** Deadline of a drill unless told otherwise. */
const TIMEOUT_MS = 1_800_000;

/**
 * Proves that a snapshot can be restored: makes a temporary volume of it, checks source, size and readiness, deletes
 * the volume, and says how long it took. With `check`, the volume is attached to this server, too, and the command has to
 * pass on its data. First removes what killed drills have left: of the same volume always, unless a command may be
 * about to read it, all others once they are twice as old as their restore might last. Two drills of one volume at once
 * disturb each other, where neither has a `check`. Aborted, it removes its volume, too, and tries so for two minutes at most.
 *
 * @throws PolicyError for an unknown cloud; PolyvolError when there is no snapshot to restore; the reason of the abort.
 * A restore that fails is a result, not an error.
 */
export async function drill(
  request: DrillRequest,
  clouds: Clouds,
  options: DrillOptions = {},
): Promise<DrillReport> {
  const { clock = systemClock, abortSignal, timeoutMs = TIMEOUT_MS, check, onStopped } = options;
  const { cloud, from } = request;
  const call = { abortSignal };
  checkTimeout(timeoutMs);
  const monotonicNow = monotonicTime(clock);
  const storage = cloudNamed(clouds, cloud);
  if (check !== undefined)
    return await drillWithCommand(storage, request, check, { ...options, clock, timeoutMs });
  const snapshot = await findSnapshot(storage, from, "drill", call);
  const drillOf = snapshot.volumeId;
  const leftovers = await removeLeftovers(storage, { drillOf, cloud, clock, abortSignal });

  const startedAt = new Date(clock.now());
  const name = drillName(drillOf, startedAt, 2 * timeoutMs);
  const problems: BackupProblem[] = leftovers.flatMap(({ problem }) => problem ?? []);
  const place = { cloud, volumeName: name };
  let volume: Volume | undefined;
  let restoreMs: number | undefined;
  let mayAppearLate = false;
  const restoredFrom = monotonicNow();
  try {
    const home = await homeOf(storage, snapshot, call);
    const temporary = { snapshot, name, home, purpose: "a Polyvol drill" };
    volume = await makeTemporary(storage, temporary, { ...call, timeoutMs });
    restoreMs = Math.round(monotonicNow() - restoredFrom);
  } catch (error) {
    problems.push(problemOf(error, "attention", place));
    // A restore that came to nothing may have left a volume that never became usable.
    mayAppearLate = mayComeLate(error);
  }
  const checks = volume === undefined ? [] : checkVolume(volume, snapshot);
  const wasAborted = abortSignal?.aborted === true;
  let isRemoved = false;
  try {
    const removal = { name, id: volume?.id, mayAppearLate };
    const found = await removeTemporary(storage, removal, ofItsOwn(clock, wasAborted));
    // A create that was cut off may take effect after the look that found nothing.
    isRemoved = found > 0 || !mayAppearLate;
  } catch (error) {
    problems.push(problemOf(error, "attention", place));
  }
  if (wasAborted) {
    tell(onStopped, { volumeName: name, isRemoved });
    throw abortSignal.reason;
  }
  return reportOf({
    cloud,
    storage,
    snapshot,
    name,
    volume,
    startedAt,
    restoreMs,
    finishedAt: new Date(clock.now()),
    checks,
    leftovers,
    problems,
  });
}

/** A drill whose volume is attached to this server and read by a command. */
async function drillWithCommand(
  storage: BlockStorage,
  { cloud, from }: DrillRequest,
  check: DrillCommand,
  options: DrillOptions & { readonly clock: Clock },
): Promise<DrillReport> {
  const { clock, abortSignal, timeoutMs, onStopped } = options;
  const { command, mount = false, environment = [], credentialVariables = [] } = check;
  const { devices = createLinuxDevices(), serverId, metadataUrl, onOutput } = check;
  refuseNul(command);
  const commandMs = checkTimeout(check.timeoutMs ?? DAY_MS);
  const server = await serverOf(storage, { serverId, metadataUrl, abortSignal });
  const volumeName = "volumeName" in from ? from.volumeName : undefined;
  let ran: RanCommand | undefined;
  const use = await useSnapshot(
    storage,
    { from, ...server, mount, cloud },
    async (mounted, call) => {
      const asked = { command, timeoutMs: commandMs, mount, environment, longer: "a larger limit" };
      const place = { cloud, provider: storage.provider, volumeName };
      const context = { clock, devices, credentialVariables, onOutput, ...call };
      ran = await runOnSnapshot(asked, mounted, place, context);
    },
    { clock, abortSignal, devices, timeoutMs, useTimeoutMs: commandMs + 3 * GRACE_MS },
  );
  const { snapshot, temporaryVolume, leftovers } = use;
  const { name, volume } = temporaryVolume;
  if (abortSignal?.aborted === true) {
    tell(onStopped, { volumeName: name, isRemoved: use.isRemoved && volume !== undefined });
    throw abortSignal.reason;
  }
  const failure = use.result.state === "failed" ? use.result.error : ran?.error;
  const own = failure === undefined ? [] : [problemOf(failure, "attention", { cloud, volumeName: name })];
  const checks =
    volume === undefined ? [] : [...checkVolume(volume, snapshot), checkCommand(command[0], ran?.command)];
  return reportOf({
    cloud,
    storage,
    snapshot,
    name,
    volume,
    checks,
    leftovers,
    restoreMs: use.restoreMs,
    command: ran?.command,
    startedAt: use.startedAt,
    finishedAt: use.finishedAt,
    problems: [...own, ...use.problems],
  });
}
