import {
  type BlockStorage,
  type CallOptions,
  type Clock,
  isPolyvolError,
  type Snapshot,
  type Volume,
} from "@polyvol/core";
import { monotonicTime } from "@polyvol/core/driver";
import { createAtHome, type Home } from "../restore/restore.ts";

/** Unless told otherwise, so long is tried to remove a temporary volume. It goes on when the work was aborted. */
const REMOVE_TIMEOUT_MS = 600_000;
/** How long it is tried when somebody has stopped the work, and waits for its end. The next run removes the rest. */
const AFTER_ABORT_MS = 120_000;
/** Between two tries. An attachment that was under way may come after the look that did not see it. */
const PAUSE_MS = 5_000;
const MOST_TRIES = 6;

/** Which volumes, and from which server they are taken first. */
export interface Removal {
  /** Name of the temporary volume. It is one run's alone, so all that has it goes. */
  readonly name: string;
  /** Its id, where it is known; else all of that name are looked for. */
  readonly id?: string | undefined;
  /** A create that was cut off may take effect after a look that found nothing. */
  readonly mayAppearLate?: boolean;
  /** Detached from this server first; from no other. */
  readonly serverId?: string | undefined;
}

/** How long, and who may stop it. */
export interface RemovalOptions {
  readonly clock: Clock;
  /** Default 10 minutes. */
  readonly timeoutMs?: number | undefined;
  readonly abortSignal?: AbortSignal | undefined;
}

/** Options of a removal that nobody stops: it has a limit of its own. */
export function ofItsOwn(clock: Clock, wasAborted: boolean): RemovalOptions {
  return wasAborted ? { clock, timeoutMs: AFTER_ABORT_MS } : { clock };
}

/**
 * Detaches and deletes, again and again while it may help: a volume may be on its way to a server, or busy for a while.
 *
 * @returns how many were there
 * @throws what the last try failed with
 */
export async function removeTemporary(
  storage: BlockStorage,
  removal: Removal,
  options: RemovalOptions,
): Promise<number> {
  const { clock, timeoutMs = REMOVE_TIMEOUT_MS, abortSignal } = options;
  const now = monotonicTime(clock);
  const endsAt = now() + timeoutMs;
  const call = (): CallOptions => ({
    timeoutMs: Math.max(1, Math.round(endsAt - now())),
    abortSignal,
  });
  for (let tries = 1; ; tries += 1) {
    try {
      const ids = removal.id === undefined ? await idsOf(storage, removal, clock, call) : [removal.id];
      for (const id of ids) await removeOne(storage, id, removal.serverId, call);
      return ids.length;
    } catch (error) {
      abortSignal?.throwIfAborted();
      if (tries >= MOST_TRIES || now() + PAUSE_MS >= endsAt || !mayPass(error)) throw error;
      await clock.sleep(PAUSE_MS, abortSignal);
    }
  }
}

async function removeOne(
  storage: BlockStorage,
  id: string,
  serverId: string | undefined,
  call: () => CallOptions,
): Promise<void> {
  let undetached: unknown;
  if (serverId !== undefined) {
    await storage.volumes.detach(id, serverId, call()).catch((error: unknown) => {
      // The volume may be gone, or the server: the delete tells.
      if (!isPolyvolError(error, "not_found")) undetached = error;
    });
  }
  await storage.volumes.delete(id, call()).catch((error: unknown) => {
    // That it is attached is then only what follows.
    throw undetached !== undefined && isPolyvolError(error, "failed_precondition") ? undetached : error;
  });
}

async function idsOf(
  storage: BlockStorage,
  { name, mayAppearLate = false }: Removal,
  clock: Clock,
  call: () => CallOptions,
): Promise<readonly string[]> {
  const look = async (): Promise<readonly Volume[]> =>
    (await storage.volumes.list({ name }, call()).toArray()).filter(({ state }) => state !== "deleting");
  let found = await look();
  if (found.length === 0 && mayAppearLate && storage.driver.settleMs > 0) {
    await clock.sleep(storage.driver.settleMs, call().abortSignal);
    found = await look();
  }
  return found.map(({ id }) => id);
}

/** Whether the same may succeed a little later. */
function mayPass(error: unknown): boolean {
  if (!isPolyvolError(error)) return false;
  return error.retryable || ["failed_precondition", "conflict", "timeout"].includes(error.code);
}

/** Where a temporary volume is made, and how. */
interface TemporaryVolumeRequest {
  readonly snapshot: Snapshot;
  /** By `drillName`, so that the next run knows what this one has left. */
  readonly name: string;
  readonly home: Home;
  /** What it is for, in words for whoever meets it in the provider's console. */
  readonly purpose: string;
}

/** Makes a temporary volume from a snapshot, and waits until it can be used. */
export async function makeTemporary(
  storage: BlockStorage,
  request: TemporaryVolumeRequest,
  call: CallOptions,
): Promise<Volume> {
  const { snapshot, name, home, purpose } = request;
  const description = storage.capabilities.supports.includes("volumes.description")
    ? `Temporary volume of ${purpose} of snapshot ${snapshot.id}`
    : undefined;
  return await createAtHome(home, (region) =>
    storage.volumes.create({ name, sourceSnapshotId: snapshot.id, region, description }, call),
  );
}

/** Whether a create that failed with this may still come to a volume. */
export function mayComeLate(error: unknown): boolean {
  return !isPolyvolError(error) || error.outcome !== "not_applied";
}
