import type { BlockStorage, Progress, Snapshot, Volume, WaitOptions } from "@polyvol/core";

/** One volume's part in a round. */
export interface Taken {
  readonly cloud: string;
  readonly volume: Volume;
  /** Absent when it failed. */
  readonly snapshot?: Snapshot;
  readonly error?: unknown;
}

/** Who watches a round; it decides nothing. */
export interface Watcher {
  readonly abortSignal: AbortSignal;
  /** Runs the work of one volume, so that its time and requests can be counted. */
  around<T>(cloud: string, volume: Volume, work: () => Promise<T>): Promise<T>;
  seen(cloud: string, volume: Volume, progress: Progress): void;
  ended(cloud: string, volume: Volume, error?: unknown): void;
}

/**
 * Snapshots every volume of every cloud, all at once. Nothing here knows which clouds there are: this is the code
 * that a user of Polyvol writes.
 */
export async function snapshotEverything(
  clouds: ReadonlyMap<string, BlockStorage>,
  name: string,
  watcher: Watcher,
): Promise<readonly Taken[]> {
  return await onEveryVolume(clouds, watcher, async (storage, volume, wait): Promise<Partial<Taken>> => {
    const tags = { made_by: "polyvol-demo" };
    return { snapshot: await storage.snapshots.create({ volumeId: volume.id, name, tags }, wait) };
  });
}

/** What the clouds list under that name. */
export async function listEverywhere(
  clouds: ReadonlyMap<string, BlockStorage>,
  name: string,
  abortSignal: AbortSignal,
): Promise<readonly Snapshot[]> {
  const lists = await Promise.all(
    [...clouds.values()].map((storage) => storage.snapshots.list({ name }, { abortSignal }).toArray()),
  );
  return lists.flat();
}

/** Deletes those snapshots, all at once. */
export async function deleteEverywhere(
  clouds: ReadonlyMap<string, BlockStorage>,
  taken: readonly Taken[],
  watcher: Watcher,
): Promise<void> {
  await Promise.all(
    taken.map(async ({ cloud, volume, snapshot }) => {
      const storage = clouds.get(cloud);
      if (storage === undefined || snapshot === undefined) return;
      await watched(cloud, volume, watcher, (wait) => storage.snapshots.delete(snapshot.id, wait));
    }),
  );
}

async function onEveryVolume(
  clouds: ReadonlyMap<string, BlockStorage>,
  watcher: Watcher,
  work: (storage: BlockStorage, volume: Volume, wait: WaitOptions) => Promise<Partial<Taken>>,
): Promise<readonly Taken[]> {
  const taken = await Promise.all(
    [...clouds].map(async ([cloud, storage]) => {
      const begun: Promise<Taken>[] = [];
      for await (const volume of storage.volumes.list({}, { abortSignal: watcher.abortSignal })) {
        const outcome = watched(cloud, volume, watcher, (wait) => work(storage, volume, wait));
        begun.push(outcome.then((result) => ({ cloud, volume, ...result })));
      }
      return await Promise.all(begun);
    }),
  );
  return taken.flat();
}

/** A failure of one volume stays its own. */
async function watched<T>(
  cloud: string,
  volume: Volume,
  watcher: Watcher,
  work: (wait: WaitOptions) => Promise<T>,
): Promise<T | { readonly error: unknown }> {
  const { abortSignal } = watcher;
  const onProgress = (progress: Progress): void => watcher.seen(cloud, volume, progress);
  try {
    const result = await watcher.around(cloud, volume, () => work({ abortSignal, onProgress }));
    watcher.ended(cloud, volume);
    return result;
  } catch (error) {
    abortSignal.throwIfAborted();
    watcher.ended(cloud, volume, error);
    return { error };
  }
}
