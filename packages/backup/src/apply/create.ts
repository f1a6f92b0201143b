import {
  type CallOptions,
  type CreateOptions,
  isPolyvolError,
  PolyvolError,
  type Snapshot,
} from "@polyvol/core";
import { fitWords, isSameId } from "@polyvol/core/driver";
import { bulkCallOptions } from "../bulk-call-options.ts";
import { runCommand } from "../command/run-command.ts";
import { showDuration } from "../duration.ts";
import { ownTags } from "../naming.ts";
import { refuseAttached } from "../plan/creation.ts";
import type { PlannedCreation } from "../plan/stored-plan.ts";
import { hookEnvironment } from "../policy/environment.ts";
import type { Hook, Policy } from "../policy/types.ts";
import { type BackupProblem, HookError, type HookName, problemOf } from "../problem.ts";
import { sendingOptions } from "./cloud-work.ts";
import { snapshotPlace, type VolumeWork } from "./progress.ts";

/** Instants of providers are often cut to whole seconds. */
const ROUNDING_MS = 1_000;

/** Everything that one creation needs. */
export interface CreationWork extends VolumeWork {
  readonly policy: Policy;
  readonly creation: PlannedCreation;
}

/** What came of it. The snapshot is there and good; a hook may have failed after it. */
export interface Creation {
  readonly snapshot: Snapshot;
  readonly durationMs: number;
  /** Others had begun it. */
  readonly found: true | undefined;
  readonly afterFailed?: BackupProblem;
}

/** Waits until the provider's gap since the volume's newest snapshot is over. */
export async function waitForGap(work: CreationWork): Promise<void> {
  const { snapshotGapMs } = work.storage.capabilities.limits;
  const { newestAt } = work.progress;
  if (newestAt === undefined || snapshotGapMs === "unknown" || snapshotGapMs === 0) return;
  const ms = newestAt + snapshotGapMs + ROUNDING_MS - work.context.clock.now();
  // Longer than the gap itself is a clock that is off, and then the provider will say.
  if (ms > 0) await pause(work, Math.min(ms, snapshotGapMs), "the gap between two snapshots of a volume");
}

/**
 * Makes the snapshot, between its hooks. Refused as too soon, it is tried once more when the provider's gap is over.
 * After `before` has run, `after` always does, also when the run is aborted.
 */
export async function createSnapshot(work: CreationWork): Promise<Creation> {
  const { snapshotGapMs } = work.storage.capabilities.limits;
  const patience = snapshotGapMs === "unknown" ? 0 : snapshotGapMs + ROUNDING_MS;
  try {
    return await createBetweenHooks(work);
  } catch (error) {
    const wait = isPolyvolError(error, "rate_limited") ? error.retryAfterMs : undefined;
    if (wait === undefined || wait > patience) throw error;
    await pause(work, wait + ROUNDING_MS, "the provider asks to wait");
    return await createBetweenHooks(work);
  }
}

/** Whether something of the user's runs around each snapshot, so that `concurrency` bounds how many at once. */
export function hasHooks({ hooks }: Policy): boolean {
  return hooks.before !== undefined || hooks.after !== undefined;
}

async function createBetweenHooks(work: CreationWork): Promise<Creation> {
  const { policy, context, creation } = work;
  // Its instant has passed, or another run holds still what it is of.
  const isWaitedFor = creation.begun === true && policy.hooks.before !== undefined;
  const { before, after } = isWaitedFor ? {} : policy.hooks;
  let startedAt = context.monotonicNow();
  let sent: Sent;
  // Nothing has been frozen yet.
  context.abortSignal?.throwIfAborted();
  try {
    if (before !== undefined) await callHook(work, "before", before, {}, context.abortSignal);
    sent = await send(work, () => {
      // Until its turn it has only waited for others.
      startedAt = context.monotonicNow();
    });
  } catch (error) {
    const code = isPolyvolError(error) ? error.code : "unknown";
    const result = { POLYVOL_RESULT: "failed", POLYVOL_ERROR_CODE: code };
    if (after !== undefined) {
      await callHook(work, "after", after, result).catch((thawError: unknown) => {
        work.progress.thawFailures.push(thawProblem(work, thawError, "`after` failed too", "attention"));
      });
    }
    throw error;
  }
  const done = { ...sent, durationMs: Math.round(context.monotonicNow() - startedAt) };
  if (after === undefined) return done;
  try {
    await callHook(work, "after", after, {
      POLYVOL_RESULT: "created",
      POLYVOL_SNAPSHOT_ID: sent.snapshot.id,
    });
    return done;
  } catch (error) {
    return { ...done, afterFailed: thawProblem(work, error, "`after` failed", "nothing_deleted") };
  }
}

/** That `after` has failed: what `before` did may still hold. */
function thawProblem(
  work: CreationWork,
  error: unknown,
  what: string,
  effect: BackupProblem["effect"],
): BackupProblem {
  const problem = problemOf(error, effect, snapshotPlace(work, work.creation));
  const frozen = work.policy.hooks.before === undefined ? "" : "; what `before` did may still hold";
  return { ...problem, message: `${what}${frozen}: ${problem.message}` };
}

type Sent = Pick<Creation, "snapshot" | "found">;

async function send(work: CreationWork, onTurn: () => void): Promise<Sent> {
  const { storage, place, policy, creation, context, cloud } = work;
  let isTold = false;
  const tell = async (): Promise<void> => {
    if (isTold) return;
    isTold = true;
    if (!hasHooks(policy)) onTurn();
    context.emit({ ...place, type: "creating", policyId: policy.id, name: creation.name });
  };
  const optionsOf = (kind: "read" | "change" | "held"): CallOptions => {
    const call = bulkCallOptions(storage, kind, context.abortSignal);
    // With hooks, all of it has a place of the policy already.
    return hasHooks(policy) ? call : sendingOptions({ cloud, policy, context, judge: tell }, call);
  };
  if (hasHooks(policy)) await tell();
  const { supports, limits } = storage.capabilities;
  const about = `Polyvol backup of ${fitWords(place.volumeName, 100)}, policy ${policy.id}, slot ${creation.slot}`;
  if (!policy.allowAttached) {
    // Not every provider can be told to leave a volume in use alone.
    const volume = await storage.volumes.get(place.volumeId, optionsOf("read"));
    refuseAttached(policy, volume, "snapshots.create");
  }
  let isOwn = (_id: string): boolean => true;
  let isMade = false;
  const onBegun: CreateOptions["onBegun"] = ({ created, id }) => {
    isMade ||= created;
    isOwn = (given) => created && isSameId(given, id);
  };
  const snapshot = await storage.snapshots.create(
    {
      volumeId: place.volumeId,
      name: creation.name,
      allowAttached: policy.allowAttached,
      ...(supports.includes("snapshots.description") ? { description: about } : {}),
      ...(supports.includes("snapshots.tags")
        ? { tags: ownTags(policy.id, { name: place.volumeName, limits }) }
        : {}),
    },
    { ...optionsOf(policy.hooks.before === undefined ? "change" : "held"), onBegun },
  );
  const isUnprepared = isMade && creation.begun === true && policy.hooks.before !== undefined;
  if (snapshot.state === "available" && snapshot.name === creation.name && !isUnprepared)
    return { snapshot, found: isOwn(snapshot.id) ? undefined : true };
  const resource = { kind: "snapshot", id: snapshot.id, name: snapshot.name } as const;
  const what = isUnprepared
    ? "was made without `before`: the one that was being made had gone"
    : snapshot.state === "available"
      ? `was given another name than ${creation.name} meanwhile, so no policy owns it`
      : `is ${snapshot.state}`;
  throw new PolyvolError("operation_failed", `the new snapshot ${what}`, {
    provider: place.provider,
    operation: "snapshots.create",
    resource,
  });
}

async function callHook(
  { policy, place, creation, context }: CreationWork,
  when: HookName,
  hook: Hook,
  result: Readonly<Record<string, string>>,
  abortSignal?: AbortSignal,
): Promise<void> {
  const own = {
    POLYVOL_HOOK: when,
    POLYVOL_POLICY: policy.id,
    POLYVOL_CLOUD: place.cloud,
    POLYVOL_PROVIDER: place.provider,
    POLYVOL_VOLUME_ID: place.volumeId,
    POLYVOL_VOLUME_NAME: place.volumeName,
    POLYVOL_SLOT: creation.slot,
    POLYVOL_SNAPSHOT_NAME: creation.name,
    ...result,
  };
  const environment = hookEnvironment(process.env, hook.environment, context.credentialVariables, own);
  const startedAt = performance.now();
  const run = (): Promise<void> => runHook(hook, when, environment, abortSignal);
  let ok = false;
  try {
    await (context.clock.during?.(run) ?? run());
    ok = true;
  } finally {
    const durationMs = Math.round(performance.now() - startedAt);
    context.emit({ ...place, type: "hook", policyId: policy.id, when, ok, durationMs });
  }
}

async function pause(work: CreationWork, ms: number, reason: string): Promise<void> {
  const { place, policy, context, cloud } = work;
  // Nobody else is to wait for it.
  cloud.order.created(place.volumeId);
  context.emit({ ...place, type: "waiting", policyId: policy.id, ms, reason });
  const signals = [context.abortSignal, context.drainSignal].filter((each) => each !== undefined);
  await context.clock.sleep(ms, signals.length === 0 ? undefined : AbortSignal.any(signals));
}

/**
 * Runs a hook to its end: without a shell, without input, with this environment and no other.
 *
 * @throws HookError `operation_failed` when it cannot start or ends with another status than 0; `timeout` when it took
 * too long and was killed, with everything that it had started, or could not be
 */
async function runHook(
  hook: Hook,
  name: HookName,
  environment: Readonly<Record<string, string>>,
  abortSignal?: AbortSignal,
): Promise<void> {
  abortSignal?.throwIfAborted();
  const ended = await runCommand(hook, { environment, abortSignal });
  abortSignal?.throwIfAborted();
  if (ended.ok) return;
  const program = JSON.stringify(hook.command[0]);
  const said = ended.said === "" ? "" : `: ${ended.said}`;
  if (ended.late) {
    const fate = ended.mayStillRun ? "could not be killed, so that it may still be at work" : "was killed";
    const limit = `${showDuration(hook.timeoutMs)} and ${fate} (hooks.${name}.timeout gives it longer)`;
    throw new HookError(name, "timeout", `the hook ${program} took longer than ${limit}${said}`);
  }
  throw new HookError(name, "operation_failed", `the hook ${program} ${ended.how}${said}`);
}
