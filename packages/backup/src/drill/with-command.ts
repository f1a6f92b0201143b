import type { BlockStorage, Clock } from "@polyvol/core";
import { checkTimeout, tell } from "@polyvol/core/driver";
import { refuseNul } from "../command/nul.ts";
import { GRACE_MS, type RanCommand, runOnSnapshot } from "../command/snapshot-command.ts";
import { DAY_MS } from "../duration.ts";
import { serverOf } from "../mount/find-server.ts";
import { createLinuxDevices } from "../mount/linux/linux-devices.ts";
import { useSnapshot } from "../mount/use-snapshot.ts";
import { problemOf } from "../problem.ts";
import { checkCommand, checkVolume, reportOf } from "./checks.ts";
import type { DrillCommand, DrillOptions, DrillReport, DrillRequest } from "./types.ts";

/** A drill whose volume is attached to this server and read by a command. */
export async function drillWithCommand(
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
