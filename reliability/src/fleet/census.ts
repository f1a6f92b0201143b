import { parseSnapshotName } from "@polyvol/backup";
import type { FleetAccount } from "./accounts.ts";
import type { LogLine } from "./worker-process.ts";

/** What all accounts hold, against what was asked for and what workers said. */
export interface Census {
  readonly volumes: number;
  readonly snapshots: number;
  /** Volumes without the snapshot of the slot. */
  readonly missing: number;
  /** Snapshots of a volume beyond the first. */
  readonly duplicated: number;
  /** Snapshots that a worker has said to have made and that are not there. */
  readonly lost: number;
  /** Requests that were answered with 429. */
  readonly refused: number;
}

export function takeCensus(accounts: readonly FleetAccount[], lines: readonly LogLine[]): Census {
  const figures = { volumes: 0, snapshots: 0, missing: 0, duplicated: 0, lost: 0, refused: 0 };
  for (const { key, emulator } of accounts) {
    const { volumes, snapshots } = emulator.inventory();
    const held = new Set(snapshots.map(({ volumeId, name }) => `${volumeId} ${name}`));
    figures.volumes += volumes.length;
    figures.snapshots += snapshots.length;
    for (const { id } of volumes) {
      const own = snapshots.filter(
        ({ volumeId, name, ready }) => ready && volumeId === id && parseSnapshotName(name, id) !== undefined,
      );
      if (own.length === 0) figures.missing += 1;
      figures.duplicated += Math.max(0, own.length - 1);
    }
    const said = lines.filter(({ event, account }) => event === "created" && account === key);
    figures.lost += said.filter(({ volumeId, name }) => !held.has(`${volumeId} ${name}`)).length;
    figures.refused += emulator.log.entries().filter(({ status }) => status === 429).length;
  }
  return figures;
}
