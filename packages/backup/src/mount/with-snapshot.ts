import { type BlockStorage, PolyvolError } from "@polyvol/core";
import { OPERATION } from "./reach.ts";
import type { SnapshotReader, SnapshotUse, SnapshotUseOptions, SnapshotUseRequest } from "./types.ts";
import { useSnapshot } from "./use-snapshot.ts";

/**
 * The temporary volume is still there, and costs money. The next call on a volume of the same source removes it; until
 * then its name, id and cloud are in the message. `cause` is why the function that reads failed, where it did; else why
 * the volume could not be removed.
 */
export class LeftBehindError extends PolyvolError {
  /** The cloud, by the name that the request gave it. */
  readonly cloud: string;
  /** Name of the temporary volume. */
  readonly volumeName: string;
  /** Its id; absent when it was never seen. */
  readonly volumeId: string | undefined;
  /** What the function that reads returned; `undefined` when it failed or was never called. */
  readonly value: unknown;

  constructor(use: SnapshotUse<unknown>, cloud: string) {
    const { name, volume } = use.temporaryVolume;
    const { result } = use;
    const why = wordsOf(use.removalError);
    const before =
      result.state === "done"
        ? ""
        : `; before that, the step ${result.stage} failed: ${wordsOf(result.error)}`;
    super("operation_failed", `the temporary volume on ${cloud} could not be removed: ${why}${before}`, {
      operation: OPERATION,
      resource: { kind: "volume", name, ...(volume === undefined ? {} : { id: volume.id }) },
      retryable: true,
      cause: result.state === "done" ? use.removalError : result.error,
    });
    this.cloud = cloud;
    this.volumeName = name;
    this.volumeId = volume?.id;
    this.value = result.state === "done" ? result.value : undefined;
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Hands the data of a snapshot to `reader`, as a read-only block device of this server and, if asked for, as a mounted
 * filesystem. A temporary volume is made for it, and removed in every ending; what a killed process left is removed by
 * the next call. Returns what `reader` returns.
 *
 * @throws what `reader` throws; PolyvolError of the step that failed; the reason of the abort; {@link LeftBehindError}
 * when the temporary volume could not be removed, even after `reader` succeeded
 */
export async function withSnapshot<T>(
  storage: BlockStorage,
  request: SnapshotUseRequest,
  reader: SnapshotReader<T>,
  options: SnapshotUseOptions = {},
): Promise<T> {
  const use = await useSnapshot(storage, request, reader, options);
  if (!use.isRemoved) throw new LeftBehindError(use, request.cloud ?? storage.provider);
  if (use.result.state === "failed") throw use.result.error;
  return use.result.value;
}
