import type { BlockStorage, Snapshot } from "@polyvol/core";

/** Snapshots every volume under the date of the day. It knows neither the cloud nor the container it comes from. */
export class NightlySnapshots {
  readonly #storage: BlockStorage;
  readonly #now: () => Date;

  constructor(storage: BlockStorage, now: () => Date) {
    this.#storage = storage;
    this.#now = now;
  }

  /** Run twice on one day, it gives the same snapshots. */
  async take(): Promise<readonly Snapshot[]> {
    const name = `nightly-${this.#now().toISOString().slice(0, 10)}`;
    const volumes = await this.#storage.volumes.list().toArray();
    return await Promise.all(
      volumes.map((volume) => this.#storage.snapshots.create({ volumeId: volume.id, name })),
    );
  }
}
