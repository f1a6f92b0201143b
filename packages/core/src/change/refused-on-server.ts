import type { Call } from "../call/call.ts";
import { extendError, isPolyvolError, type PolyvolError } from "../errors.ts";
import type { VolumeResources } from "../operations/resources.ts";
import type { Volume } from "../volume.ts";
import { usable } from "../wait/goals.ts";

/** The server that a change attaches a volume to or detaches it from. */
export interface ServerOfChange {
  readonly id: string;
  readonly change: "attach" | "detach";
}

/** Looks after a refusal that says "done already", the first at once: a volume's record may lag behind. */
const LOOKS_AT_A_RECORD_BEHIND = 5;
/** Looks after an earlier request got no clear answer and its repetition is refused: about a minute. */
const LOOKS_AT_WHAT_MAY_COME = 8;
/** Each pause is so much longer than the one before. */
const GROWTH = 1.5;

/**
 * What a refused attach or detach comes to: the volume, if it is as wanted all the same. What is "not found" is the
 * server, or its having the volume, as long as the volume itself can be read; the error is about the server then.
 *
 * @throws `error`; `not_found` of the volume when that is what has gone
 */
export async function refusedOnServer(
  resources: VolumeResources,
  call: Call,
  id: string,
  change: { reached(volume: Volume): boolean },
  server: ServerOfChange,
  error: PolyvolError,
  mayCome: boolean,
): Promise<Volume> {
  const again = createPatience(call, mayCome);
  for (;;) {
    const volume = await resources.get(call, id).catch((failure: unknown) => {
      throw isPolyvolError(failure, "not_found") || call.abortSignal.aborted ? failure : error;
    });
    const hasFailed = isPolyvolError(error, "operation_failed") && usable(volume).state !== "done";
    if (change.reached(volume) && !hasFailed) return volume;
    if ((mayCome || mayBeBehind(volume, server, error)) && (await again())) continue;
    throw isPolyvolError(error, "not_found") ? serverMissing(call, volume, server, error) : error;
  }
}

/**
 * Pauses before one more look at a volume that is not as wanted though it may come to be; `false` after enough of them.
 * `mayCome`: what was asked for may be under way, which takes longer than a record that lags behind.
 */
export function createPatience(call: Call, mayCome: boolean): () => Promise<boolean> {
  const { firstPauseMs, maxDelayMs } = call.runtime.polling;
  let pauseMs = firstPauseMs;
  let looks = 1;
  return async () => {
    if (looks >= (mayCome ? LOOKS_AT_WHAT_MAY_COME : LOOKS_AT_A_RECORD_BEHIND)) return false;
    if (pauseMs >= call.remainingMs()) return false;
    looks += 1;
    await call.sleep(pauseMs);
    pauseMs = mayCome ? Math.min(maxDelayMs, pauseMs * GROWTH) : pauseMs * GROWTH;
    return true;
  };
}

/** Whether the refusal may say that it is done already, and the record merely does not show it yet. */
function mayBeBehind(volume: Volume, server: ServerOfChange, error: PolyvolError): boolean {
  if (server.change === "attach") return error.mayAlreadyExist && volume.attachments.length === 0;
  return error.code === "not_found" || error.code === "failed_precondition";
}

function serverMissing(
  call: Call,
  volume: Volume,
  { id, change }: ServerOfChange,
  error: PolyvolError,
): PolyvolError {
  call.about({ kind: "server", id });
  const about = `volume ${JSON.stringify(volume.name)} (${volume.id})`;
  const words =
    change === "attach"
      ? `the provider finds no server ${id} to attach ${about} to`
      : `the provider finds no server ${id} that has ${about}, though the volume's record still names it`;
  return extendError(error, {}, `${words}: ${error.reason}`);
}
