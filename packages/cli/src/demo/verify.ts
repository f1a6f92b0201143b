import type { EmulatedCloud, TrueState } from "./emulated-clouds.ts";
import type { Taken } from "./round.ts";

/** The true states of the clouds at one moment, by name. */
export type TrueStates = ReadonlyMap<string, TrueState>;

export function statesOf(clouds: readonly EmulatedCloud[]): TrueStates {
  return new Map(clouds.map((cloud) => [cloud.name, cloud.state()]));
}

/** The three moments of a round, and what the program believes that it did. */
export interface Evidence {
  readonly before: TrueStates;
  /** After the snapshots were made. */
  readonly between: TrueStates;
  readonly after: TrueStates;
  readonly taken: readonly Taken[];
  readonly listed: number;
  readonly name: string;
}

/** What the clouds hold that they should not, or the other way round. Empty when all is as it should be. */
export function differences({ before, between, after, taken, listed, name }: Evidence): readonly string[] {
  const found: string[] = [];
  for (const [cloud, first] of before) {
    const middle = between.get(cloud)?.snapshots.filter((snapshot) => snapshot.name === name) ?? [];
    const last = after.get(cloud);
    const volumes = taken.filter((each) => each.cloud === cloud);
    if (volumes.length !== first.volumes.length) {
      found.push(`${cloud}: ${volumes.length} of ${first.volumes.length} volumes were seen`);
    }
    for (const { volume } of volumes) {
      const count = middle.filter(({ volumeId }) => volumeId === volume.id).length;
      if (count !== 1)
        found.push(`${cloud}: ${volume.name} had ${count} snapshots named ${name} instead of 1`);
    }
    if (last?.snapshots.length !== first.snapshots.length) {
      found.push(
        `${cloud}: ${last?.snapshots.length ?? 0} snapshots are left instead of ${first.snapshots.length}`,
      );
    }
    if (last?.volumes.join() !== first.volumes.join()) found.push(`${cloud}: volumes have changed`);
  }
  if (listed !== taken.length) found.push(`${listed} snapshots were listed instead of ${taken.length}`);
  return found;
}
