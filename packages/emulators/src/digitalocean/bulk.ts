import type { Bulk } from "../kit/command.ts";
import type { DigitalOceanSeed, SnapshotSeed, VolumeSeed } from "./seed.ts";

/** Made-up volumes and snapshots. Without volumes, the snapshots are of volumes that are gone. */
export interface BulkOptions extends Bulk {
  /** Default `nyc3`. */
  readonly region?: string | undefined;
}

const SIZE_GIB = 10;

/**
 * A seed of `volume-1` to `volume-N` and `snapshot-1` to `snapshot-M`, numbered with leading zeros to one width.
 * They were made long enough ago for every rule that counts time.
 */
export function bulkSeed({ volumes, snapshots, region = "nyc3", until }: BulkOptions): DigitalOceanSeed {
  const madeAt = (index: number, count: number): string =>
    new Date(Math.floor(until / 1000) * 1000 - (count - index) * 1000).toISOString();
  const numbered = (kind: string, index: number, count: number): string =>
    `${kind}-${String(index + 1).padStart(String(count).length, "0")}`;
  const id = (kind: string, index: number): string =>
    `${((index * 0x9e3779b1) >>> 0).toString(16).padStart(8, "0")}-84ab-11f1-${kind}-0a58ac14c0de`;

  const volumeSeeds = Array.from(
    { length: volumes },
    (_, index): VolumeSeed => ({
      id: id("8aaa", index),
      name: numbered("volume", index, volumes),
      region,
      size_gigabytes: SIZE_GIB,
      created_at: madeAt(index, volumes),
    }),
  );
  const snapshotSeeds = Array.from(
    { length: snapshots },
    (_, index): SnapshotSeed => ({
      id: id("8bbb", index),
      name: numbered("snapshot", index, snapshots),
      resource_id: id(volumes === 0 ? "8ccc" : "8aaa", volumes === 0 ? index : index % volumes),
      region,
      min_disk_size: SIZE_GIB,
      created_at: madeAt(index, snapshots),
    }),
  );
  return { volumes: volumeSeeds, snapshots: snapshotSeeds };
}
