import { inUse, type Volume } from "@polyvol/core";
import { fitName, omitUndefined } from "@polyvol/core/driver";
import type { Clouds } from "../clouds.ts";
import { DAY_MS } from "../duration.ts";
import { type DrillName, parseDrillName } from "../naming.ts";
import { goneVolumes } from "../observe/gone-volumes.ts";
import { hiddenIn } from "../observe/hidden-marks.ts";
import {
  type CloudState,
  isUnfinished,
  newestOf,
  type ObservedCloud,
  type ObservedSnapshot,
} from "../observe/inventory.ts";
import { observe } from "../observe/observe.ts";
import { withoutShared } from "../observe/shared-accounts.ts";
import { failedLater, ownedBy, ownsId } from "../policy/owned.ts";
import { isAbout } from "../policy/policy.ts";
import { chooseByTags, selectVolumes } from "../policy/select.ts";
import type { Policy } from "../policy/types.ts";
import type { BackupProblem } from "../problem.ts";
import { type ReportedShard, type Scope, type ShardOptions, scopeOf } from "../shard/scope.ts";
import type { Finding, FindingKind } from "./finding.ts";

/** What was found on all clouds, as plain JSON. */
export interface AuditReport {
  /** Whether every cloud could be read and nothing was found. */
  readonly ok: boolean;
  /** By cloud, in a fixed order. */
  readonly findings: readonly Finding[];
  /** What could not be read. */
  readonly problems: readonly BackupProblem[];
  /** The shard that it is about; absent where it is about all clouds. */
  readonly shard?: ReportedShard;
}

/** How the call is made. */
export interface AuditOptions extends ShardOptions {
  /** Stops the call. */
  readonly abortSignal?: AbortSignal | undefined;
}

/**
 * Looks for what no policy takes care of, on all clouds given, both ways. Changes nothing.
 *
 * @throws PolicyError `invalid_argument` when a policy names a cloud that does not exist
 */
export async function audit(
  policies: readonly Policy[],
  clouds: Clouds,
  options: AuditOptions = {},
): Promise<AuditReport> {
  const scope = scopeOf(policies, clouds, options);
  const { abortSignal } = options;
  const states = await observe(scope.clouds, policies, { abortSignal, checkClock: false });
  return auditOfClouds(policies, states, scope);
}

/** {@link audit} of what was read. */
export function auditOfClouds(
  policies: readonly Policy[],
  states: readonly CloudState[],
  { elsewhere, shard }: Partial<Scope> = {},
): AuditReport {
  const selection = selectVolumes(policies, states, elsewhere);
  const findings: Finding[] = [];
  const problems: BackupProblem[] = [];
  for (const state of withoutShared(states)) {
    if (state.state === "failed") {
      problems.push(state.problem);
      continue;
    }
    problems.push(...hiddenIn(state));
    findings.push(...auditCloud(state, policies, (id) => selection.policiesOf(state.name, id)));
  }
  problems.push(...selection.problems);
  const ok = findings.length === 0 && problems.length === 0;
  return omitUndefined({ ok, findings, problems, shard });
}

/** Findings that say that no policy chooses a volume. */
const RESTS_ON_CHOICE: ReadonlySet<FindingKind> = new Set(["volume_without_policy", "policy_elsewhere"]);

/** Which volumes a policy chooses by tags is not known where tags are hidden. */
export function isChoiceKnown(cloud: ObservedCloud, policies: readonly Policy[]): boolean {
  return !cloud.tagsHidden || !chooseByTags(policies.filter((policy) => isAbout(policy, cloud.name)));
}

type Draft = Omit<Finding, "cloud" | "provider">;

function auditCloud(
  cloud: ObservedCloud,
  policies: readonly Policy[],
  chosenBy: (volumeId: string) => readonly Policy[],
): Finding[] {
  const volumes = new Map(cloud.volumes.map((volume) => [volume.id, volume]));
  const drafts = [
    ...auditVolumes(cloud, chosenBy),
    ...[...cloud.snapshots.keys()]
      .sort()
      .flatMap((id) => auditSnapshots(cloud, id, volumes.get(id), policies, chosenBy(id))),
  ];
  const found = isChoiceKnown(cloud, policies)
    ? drafts
    : drafts.filter(({ kind }) => !RESTS_ON_CHOICE.has(kind));
  return found.map((draft) => ({ ...draft, cloud: cloud.name, provider: cloud.provider }));
}

function auditVolumes(cloud: ObservedCloud, chosenBy: (volumeId: string) => readonly Policy[]): Draft[] {
  const live = cloud.volumes.filter(({ state }) => state !== "deleting");
  const drafts: Draft[] = [];
  const about = (
    kind: FindingKind,
    volumes: readonly { id: string; name: string }[],
    message: string,
  ): void => {
    const ids = volumes.map(({ id }) => id);
    drafts.push({ kind, resource: "volume", ids, names: volumes.map(({ name }) => name), message });
  };
  for (const group of Map.groupBy(live, ({ region, name }) => JSON.stringify([region, name])).values()) {
    const [first] = group;
    // What has no name, as volumes of OpenStack may, is not of one name with another.
    if (first !== undefined && first.name !== "" && group.length > 1)
      about(
        "surplus_volumes",
        group,
        `${group.length} volumes are named ${fitName(first.name)} in ${first.region}`,
      );
  }
  for (const volume of live) {
    const drill = parseDrillName(volume.name);
    if (drill !== undefined) {
      about(
        "drill_leftover",
        [volume],
        `made by a drill or an off-site run at ${drill.startedAt.toISOString()}; ${goesHow(volume, drill)}`,
      );
    } else if (chosenBy(volume.id).length === 0) {
      about("volume_without_policy", [volume], "no policy chooses it: nothing backs it up");
    }
  }
  return drafts;
}

/** What becomes of a temporary volume. */
function goesHow(volume: Volume, { makingMs }: DrillName): string {
  const use = inUse(volume);
  const readyBy = new Date(volume.createdAt.getTime() + makingMs);
  return use === undefined
    ? `the next one after ${readyBy.toISOString()} removes it`
    : `it is ${use}: a run may be reading it, else the next one on that server removes it`;
}

function auditSnapshots(
  cloud: ObservedCloud,
  volumeId: string,
  volume: Volume | undefined,
  policies: readonly Policy[],
  chosenBy: readonly Policy[],
): Draft[] {
  const all = (cloud.snapshots.get(volumeId) ?? []).filter(({ snapshot }) => snapshot.state !== "deleting");
  const drafts: Draft[] = [];
  const about = (
    kind: FindingKind,
    found: readonly ObservedSnapshot[],
    message: string,
    policyId?: string,
  ): void => {
    if (found.length === 0) return;
    const ids = found.map(({ snapshot }) => snapshot.id);
    const names = found.map(({ snapshot }) => snapshot.name);
    drafts.push(
      omitUndefined({ kind, resource: "snapshot", ids, names, volumeId, volumeName, policyId, message }),
    );
  };
  const volumeName = volume?.name ?? goneVolumes(all, new Set())[0]?.name;
  if (volumeId === "") {
    const message = "the provider does not say of which volume they are; no policy deletes them";
    about("volume_unknown", all, message);
    return drafts;
  }
  const live = all.filter(({ snapshot }) => snapshot.state !== "error");
  // By the provider's dates alone: the clock of this machine is not asked.
  const madeBy = (newestOf(all)?.createdAt.getTime() ?? 0) - DAY_MS;
  for (const [name, group] of Map.groupBy(live, ({ snapshot }) => snapshot.name)) {
    if (name !== "" && group.length > 1)
      about("surplus_snapshots", group, `${group.length} snapshots of one volume are named ${fitName(name)}`);
  }
  if (volume === undefined) {
    const which = volumeName === undefined ? "their volume" : `their volume, ${fitName(volumeName)},`;
    about("volume_gone", all, `${which} does not exist any more; no policy deletes them`);
  }

  const ownerOf = (id: string | undefined): Policy | undefined => policies.find((each) => ownsId(each, id));
  const groups = Map.groupBy(
    all,
    ({ backupName }) => ownerOf(backupName?.policyId)?.id ?? backupName?.policyId,
  );
  for (const [policyId, found] of groups) {
    if (policyId === undefined) continue;
    const owner = ownerOf(policyId);
    const own = owner === undefined ? found : ownedBy(owner, found);
    const failed = own.filter(({ snapshot }) => snapshot.state === "error");
    about(
      "failed_snapshots",
      failed.filter((seen) => !failedLater(seen)),
      "they failed: they are no backups; a run of their policy removes them",
      policyId,
    );
    about(
      "failed_snapshots",
      failed.filter(failedLater),
      "a later change of them failed, such as their deletion: they do not count, and may still be good; " +
        "a run of their policy deletes those that no rule would keep",
      policyId,
    );
    about(
      "taken_before_slot",
      own.filter(({ early }) => early === true),
      "they were taken before their slot, by a machine whose clock was wrong: they do not count as its backup",
      policyId,
    );
    about(
      "unfinished_snapshots",
      own.filter((seen) => isUnfinished(seen) && seen.snapshot.createdAt.getTime() < madeBy),
      "they are still being made, and one taken a day later is there: they do not count, and no policy deletes them",
      policyId,
    );
    const ownLive = own.filter(({ snapshot, early }) => snapshot.state !== "error" && early !== true);
    for (const group of Map.groupBy(ownLive, ({ backupName }) => backupName?.slot.getTime()).values()) {
      const names = new Set(group.map(({ snapshot }) => snapshot.name));
      if (names.size > 1) about("surplus_slot", group, "several snapshots of one slot", policyId);
    }
    if (owner === undefined) {
      about(
        "policy_gone",
        own,
        `there is no policy ${policyId}, so nothing deletes them; a policy that was renamed says so in formerIds`,
        policyId,
      );
    } else if (volume !== undefined && !chosenBy.includes(owner)) {
      about(
        "policy_elsewhere",
        own,
        `policy ${policyId} does not choose this volume, so nothing deletes them`,
        policyId,
      );
    }
  }
  return drafts;
}
