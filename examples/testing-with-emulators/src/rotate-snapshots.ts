import type { BlockStorage, Snapshot } from "@polyvol/core";

const PREFIX = "rotated-";

/**
 * Takes a snapshot of a volume, named by the time, and deletes the oldest of its own kind until `keep` are left.
 * Snapshots that others made are not touched. Nothing is deleted when the new one cannot be made.
 */
export async function rotateSnapshots(
  storage: BlockStorage,
  volumeId: string,
  { keep, now }: { readonly keep: number; readonly now: Date },
): Promise<Snapshot> {
  const name = `${PREFIX}${now.toISOString().slice(0, 16).replace(/\D/g, "-")}`;
  const taken = await storage.snapshots.create({ volumeId, name });
  const all = await storage.snapshots.list({ volumeId }).toArray();
  const own = all.filter((each) => each.name.startsWith(PREFIX) && each.state === "available");
  const newestFirst = own.toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime());
  for (const old of newestFirst.slice(keep)) await storage.snapshots.delete(old.id);
  return taken;
}
