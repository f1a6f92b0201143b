import { checkTimeout, monotonicTime, systemClock } from "@polyvol/core/driver";
import { type Clouds, cloudNamed, cloudsOf } from "../clouds.ts";
import { refuseNul } from "../command/nul.ts";
import { DAY_MS } from "../duration.ts";
import { serverOf } from "../mount/find-server.ts";
import { createLinuxDevices } from "../mount/linux/linux-devices.ts";
import { observe } from "../observe/observe.ts";
import { readSteadily } from "../observe/read-steadily.ts";
import { selectVolumes } from "../policy/select.ts";
import type { Policy } from "../policy/types.ts";
import type { BackupProblem } from "../problem.ts";
import { invalidArgument } from "../retention/policy-error.ts";
import { stuckOf } from "../temporary/leftovers.ts";
import { chooseDue, type InReach, newestInTurn, type OffsitePolicy, sortByReach, untaken } from "./choose.ts";
import { indexOffsite } from "./standing.ts";
import { type Shown, type Turn, type TurnOptions, takeOffsite } from "./take.ts";
import type {
  OffsiteCallOptions,
  OffsiteOptions,
  OffsiteReport,
  OffsiteRequest,
  OffsiteVolume,
} from "./types.ts";

/**
 * Takes what is in the volumes of policies with `offsite` out of their clouds: of each that is due, one after another, a
 * temporary volume is made from the newest good snapshot, attached to this server, and handed read-only to the command
 * of the policy; then it is removed. A failure does not stop the others. What this server cannot reach is named.
 *
 * @throws PolicyError `invalid_argument` when no policy has `offsite`, or for the name of a cloud that does not exist;
 * PolyvolError when it cannot be told which server this is
 */
export async function offsite(
  policies: readonly Policy[],
  clouds: Clouds,
  options: OffsiteOptions = {},
): Promise<OffsiteReport> {
  const { record, all = false, abortSignal, onVolume } = options;
  const turns = resolveOptions(options);
  const chosen = policiesFor(policies, options.onlyClouds);
  const time = { clock: turns.clock, monotonicNow: monotonicTime(turns.clock) };
  const { startedAt: started, states } = await readSteadily(time, () =>
    observe(cloudsOf(chosen, clouds), chosen, { abortSignal }),
  );
  const startedAt = new Date(started).toISOString();
  const selection = selectVolumes(chosen, states);
  const choice = { now: started, lastOffsite: indexOffsite(record, started), all };
  const { due, others } = chooseDue(chosen, states, selection, choice);
  const problems: BackupProblem[] = states.flatMap((state) =>
    state.state === "failed" ? [state.problem] : [],
  );
  problems.push(...selection.problems);
  const { inReach, elsewhere } = await sortByReach(due, clouds, options);
  if (due.length > 0 && inReach.length === 0) problems.push(nothingInReach(elsewhere));
  const volumes: OffsiteVolume[] = [];
  const shown = new Map<string, Shown>();
  const triedIds: string[] = [];
  for (const each of inReach) {
    const { candidate, server } = each;
    const { name } = candidate.cloud;
    const useless = whyUseless(shown.get(name), server.serverId);
    if (useless !== undefined || abortSignal?.aborted === true) {
      volumes.push(untaken(candidate, "left", useless ?? "stopped before its turn"));
      continue;
    }
    const { volume, shown: now } = await takeOffsite({ ...turnOf(each, turns), triedIds }, turns);
    triedIds.push(...stuckOf(volume.leftovers));
    // Where one volume has appeared, that another did not says nothing of the rest.
    if (shown.get(name) !== "works") shown.set(name, now);
    volumes.push(volume);
    problems.push(...volume.problems);
    await onVolume?.(volume, { startedAt });
  }
  const stopped = abortSignal?.aborted === true;
  return {
    startedAt,
    finishedAt: new Date(turns.clock.now()).toISOString(),
    ok: !stopped && problems.length === 0,
    stopped,
    volumes: [...volumes, ...elsewhere, ...others],
    problems,
  };
}

/**
 * Takes what is in one snapshot out of its cloud, asked for by hand: as {@link offsite}, and no policy plays a part.
 *
 * @throws PolicyError for an unknown cloud; PolyvolError when it cannot be told which server this is. All else that fails
 * is a result.
 */
export async function offsiteSnapshot(
  request: OffsiteRequest,
  clouds: Clouds,
  options: OffsiteCallOptions = {},
): Promise<OffsiteReport> {
  const { cloud, from, command, timeoutMs = DAY_MS, mount = false, environment = [] } = request;
  checkTimeout(timeoutMs);
  refuseNul(command);
  const turns = resolveOptions(options);
  const storage = cloudNamed(clouds, cloud);
  const { serverId, metadataUrl, abortSignal } = options;
  const server = await serverOf(storage, { serverId, metadataUrl, abortSignal });
  const volumeName = "volumeName" in from ? from.volumeName : undefined;
  const { volume } = await takeOffsite(
    {
      storage,
      server,
      choose: () => from,
      command: { command, timeoutMs, mount, environment, longer: "a larger limit" },
      place: { cloud, provider: storage.provider, volumeName },
      volumeId: "volumeId" in from ? from.volumeId : "",
    },
    turns,
  );
  const { startedAt = "", finishedAt = "", problems } = volume;
  const stopped = abortSignal?.aborted === true;
  const ok = !stopped && problems.length === 0;
  return { startedAt, finishedAt, ok, stopped, volumes: [volume], problems };
}

function resolveOptions(options: OffsiteCallOptions): TurnOptions {
  const { clock = systemClock, devices = createLinuxDevices(), restoreTimeoutMs } = options;
  if (restoreTimeoutMs !== undefined) checkTimeout(restoreTimeoutMs);
  return { ...options, clock, devices };
}

/** Those with `offsite`, as far as they are about these clouds. */
function policiesFor(
  policies: readonly Policy[],
  onlyClouds: readonly string[] | undefined,
): readonly OffsitePolicy[] {
  const own = policies.filter((each): each is OffsitePolicy => each.offsite !== undefined);
  if (own.length === 0) {
    const found =
      policies.length === 0 ? "no policy" : `${policies.map(({ id }) => id).join(", ")} without it`;
    throw invalidArgument([{ path: "policies", found, allowed: "at least one policy with `offsite`" }]);
  }
  if (onlyClouds === undefined) return own;
  return own.flatMap((policy) => {
    const clouds = (policy.select.clouds ?? onlyClouds).filter((name) => onlyClouds.includes(name));
    return clouds.length === 0 ? [] : [{ ...policy, select: { ...policy.select, clouds } }];
  });
}

/** Why no further volume need be tried on a server. */
function whyUseless(shown: Shown, serverId: string): string | undefined {
  if (shown === "refused") return `nothing can be attached to the server ${serverId}`;
  if (shown !== "absent") return undefined;
  return `the volume before was attached to the server ${serverId} and did not appear on this machine, which is perhaps another one`;
}

function nothingInReach([first]: readonly OffsiteVolume[]): BackupProblem {
  const reason = first === undefined ? "" : `: ${first.volumeName ?? first.volumeId}: ${first.reason}`;
  const message = `this server reaches none of the volumes that are due${reason}`;
  return { code: "failed_precondition", message, effect: "attention" };
}

function turnOf({ candidate, storage, server }: InReach, options: TurnOptions): Turn {
  const { cloud, volume, policy } = candidate;
  const { command, timeoutMs, mount, environment } = policy.offsite;
  return {
    storage,
    server,
    choose: async (call) => ({ snapshotId: (await newestInTurn(storage, candidate, options, call)).id }),
    command: { command, timeoutMs, mount, environment, longer: "offsite.timeout" },
    place: {
      cloud: cloud.name,
      provider: cloud.provider,
      policyId: policy.id,
      volumeName: volume.name,
    },
    volumeId: volume.id,
  };
}
