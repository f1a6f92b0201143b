import type { BackupReport, ReportedStanding, ReportedVolume } from "@polyvol/backup";
import { DAY_STATES, FRESHNESS_ORDER } from "./states.ts";

/** Up to so many volumes have a row of their own; of more, those with the same history share one. */
const ALONE = 60;

/** Volumes with the same history. */
export interface VolumeGroup {
  /** Stands for all of them. */
  readonly volume: ReportedVolume;
  /** All of them, by name. */
  readonly volumes: readonly ReportedVolume[];
}

/** A policy on volumes with the same days. */
export interface DayRow {
  readonly cloud: string;
  readonly standing: ReportedStanding;
  readonly volumes: readonly ReportedVolume[];
}

/** The rows of the calendar: what needs attention first where rows are shared, else by cloud and name. */
export function dayRows({ volumes }: BackupReport): readonly DayRow[] {
  const all = volumes.flatMap((volume) =>
    volume.policies.map((standing) => ({ cloud: volume.cloud, standing, volumes: [volume] })),
  );
  if (volumes.length <= ALONE) return all.sort((a, b) => byName(a.volumes[0], b.volumes[0]));
  const groups = Map.groupBy(all, ({ cloud, standing: { policyId, freshness, days } }) =>
    JSON.stringify([cloud, policyId, freshness, days.map(({ state }) => state)]),
  );
  return [...groups.values()]
    .map(([first, ...others]) => ({
      ...(first as DayRow),
      volumes: [first, ...others].flatMap((each) => each?.volumes ?? []),
    }))
    .sort((a, b) => needOf(a.standing) - needOf(b.standing) || b.volumes.length - a.volumes.length);
}

/** The volumes, those of one history together where there are many; what needs attention comes first. */
export function volumeGroups({ volumes }: BackupReport): readonly VolumeGroup[] {
  const groups =
    volumes.length <= ALONE
      ? volumes.map((volume) => [volume])
      : [...Map.groupBy(volumes, historyOf).values()];
  return groups
    .map((members) => members.toSorted(byName))
    .flatMap((members) => (members[0] === undefined ? [] : [{ volume: members[0], volumes: members }]))
    .sort(
      (a, b) =>
        worstOf(a.volume) - worstOf(b.volume) ||
        b.volumes.length - a.volumes.length ||
        byName(a.volume, b.volume),
    );
}

/** What two volumes have in common that are shown as one: all but their names, ids and sizes. */
function historyOf({ cloud, policies, snapshots }: ReportedVolume): string {
  return JSON.stringify([
    cloud,
    policies.map(({ policyId, freshness, days }) => [policyId, freshness, days.map(({ state }) => state)]),
    snapshots.map(({ policyId, slot, createdAt, state, held, reasons, goes }) => [
      policyId,
      slot ?? createdAt,
      state,
      held,
      reasons,
      goes,
    ]),
  ]);
}

function worstOf({ policies }: ReportedVolume): number {
  return Math.min(
    FRESHNESS_ORDER.length,
    ...policies.map(({ freshness }) => FRESHNESS_ORDER.indexOf(freshness)),
  );
}

/** Smaller is worse: how it stands now, then the worst of its days. */
function needOf({ freshness, days }: ReportedStanding): number {
  const worstDay = Math.min(...days.map(({ state }) => DAY_STATES.indexOf(state)));
  return FRESHNESS_ORDER.indexOf(freshness) * DAY_STATES.length + worstDay;
}

function byName(a: ReportedVolume | undefined, b: ReportedVolume | undefined): number {
  const keyOf = (volume: ReportedVolume | undefined): string =>
    `${volume?.cloud}\u0000${volume?.volumeName}\u0000${volume?.volumeId}`;
  return keyOf(a) < keyOf(b) ? -1 : 1;
}
