import { foldCapitals, type TagRule, type Volume } from "@polyvol/core";
import { fitName } from "@polyvol/core/driver";
import { volumeNameOn } from "../naming.ts";
import type { BackupProblem } from "../problem.ts";
import { rememberingFor } from "../remember.ts";
import { isGood, type ObservedCloud, type ObservedSnapshot } from "./inventory.ts";

/** A volume that does not exist any more and has left snapshots. */
export interface GoneVolume {
  readonly volumeId: string;
  /** The name that the newest of its snapshots carries; undefined when none does. */
  readonly name: string | undefined;
  /** In the order of time, newest first. */
  readonly snapshots: readonly ObservedSnapshot[];
}

/** Volumes that are not among the ids of those that exist, by the snapshots that they have left. */
export function goneVolumes(
  snapshots: readonly ObservedSnapshot[],
  existing: ReadonlySet<string>,
): readonly GoneVolume[] {
  // Of which volume is not said of some: that is no volume that is gone.
  const left = snapshots.filter(
    ({ snapshot }) => snapshot.volumeId !== "" && !existing.has(snapshot.volumeId),
  );
  return [...Map.groupBy(left, ({ snapshot }) => snapshot.volumeId)].map(([volumeId, own]) => {
    const newestFirst = own.toSorted((a, b) => +b.snapshot.createdAt - +a.snapshot.createdAt);
    const named = newestFirst
      .map(({ snapshot }) => volumeNameOn(snapshot))
      .find((name) => name !== undefined);
    return { volumeId, name: named, snapshots: newestFirst };
  });
}

/** Those of a name, by the provider's rule of capitals: a name is kept as a tag. */
export function namesakes(
  gone: readonly GoneVolume[],
  name: string,
  rule: TagRule | undefined,
): readonly GoneVolume[] {
  const fold = rule?.ignoresCase === true ? foldCapitals : (text: string): string => text;
  return gone.filter((each) => each.name !== undefined && fold(each.name) === fold(name));
}

/**
 * Whether a gone volume may have been in a region; in any, where none is said. What snapshots say of it is not always the
 * volume's own word (on DigitalOcean those of `nyc1` show `nbg1`): only where it is that of a volume that is there, it is
 * another region.
 */
export function mayHaveBeenIn(
  { snapshots }: GoneVolume,
  region: string | undefined,
  volumes: readonly Pick<Volume, "region">[],
): boolean {
  if (region === undefined) return true;
  const others = new Set(volumes.map((each) => each.region).filter((each) => each !== region));
  return snapshots.some(({ snapshot }) => !snapshot.regions.some((shown) => others.has(shown)));
}

/** A gone volume with what it has left, in words. */
export function describeGone({ volumeId, snapshots }: GoneVolume): string {
  const newest = snapshots[0]?.snapshot.createdAt.toISOString() ?? "never";
  const count = `${snapshots.length} ${snapshots.length === 1 ? "snapshot" : "snapshots"}`;
  return `${volumeId}, which is gone (${count}, newest of ${newest})`;
}

/** Counted once for all volumes of a cloud. */
const goneIn = rememberingFor((cloud: ObservedCloud) =>
  goneVolumes([...cloud.snapshots.values()].flat(), new Set(cloud.volumes.map(({ id }) => id))),
);

/** That a volume without any good snapshot has the name of one that is gone and has left some. */
export function goneNamesakesOf(cloud: ObservedCloud, volume: Volume): readonly BackupProblem[] {
  if ((cloud.snapshots.get(volume.id) ?? []).some(isGood)) return [];
  const found = namesakes(goneIn(cloud), volume.name, cloud.capabilities.limits.tags).filter((each) =>
    mayHaveBeenIn(each, volume.region, cloud.volumes),
  );
  // A restore under the old name is what is to be done about it.
  const sources = new Set(found.flatMap(({ snapshots }) => snapshots.map(({ snapshot }) => snapshot.id)));
  if (found.length === 0 || sources.has(volume.sourceSnapshotId ?? "")) return [];
  const message =
    `volume ${fitName(volume.name)} (${fitName(volume.id)}) on ${cloud.name} has no snapshot yet, and snapshots are left of the volume ` +
    `that had its name: ${found.map(describeGone).join("; ")}; \`restore\` takes them by that id`;
  const place = { cloud: cloud.name, volumeId: volume.id, volumeName: volume.name };
  return [{ code: "not_found", message, effect: "attention", ...place }];
}
