import type { BlockStorage } from "@polyvol/core";

/** A volume or a snapshot, as one line of the table. */
export interface Item {
  readonly kind: "volume" | "snapshot";
  readonly name: string;
  /** Size of a volume; of a snapshot, the size of the volume that a restore of it needs. */
  readonly sizeGiB: number;
  readonly state: string;
}

/** Everything that a cloud holds: volumes, then snapshots, by name. */
export async function inventory({ volumes, snapshots }: BlockStorage): Promise<readonly Item[]> {
  const [disks, copies] = await Promise.all([volumes.list().toArray(), snapshots.list().toArray()]);
  const items = [
    ...disks.map((each) => ({ ...each, kind: "volume" as const })),
    ...copies.map((each) => ({ ...each, kind: "snapshot" as const, sizeGiB: each.minVolumeSizeGiB })),
  ];
  // Listings come in the order of the provider.
  return items.toSorted((a, b) => b.kind.localeCompare(a.kind) || a.name.localeCompare(b.name));
}

/** Such as `2 volumes of 15 GiB, 1 snapshot of 10 GiB`. */
export function totals(items: readonly Item[]): string {
  return (["volume", "snapshot"] as const)
    .map((kind) => {
      const those = items.filter((item) => item.kind === kind);
      const sizeGiB = those.reduce((sum, item) => sum + item.sizeGiB, 0);
      return `${those.length} ${kind}${those.length === 1 ? "" : "s"} of ${sizeGiB} GiB`;
    })
    .join(", ");
}
