import { hasTags, PolyvolError, type TagRule, type Volume } from "@polyvol/core";
import { rightToSee } from "@polyvol/core/driver";
import { compareText } from "../compare-text.ts";
import { parseDrillName } from "../naming.ts";
import { type CloudState, type ObservedCloud, volumeKey } from "../observe/inventory.ts";
import { type SharedAccount, sharedAccounts, sharedProblem } from "../observe/shared-accounts.ts";
import { type BackupProblem, problemOf } from "../problem.ts";
import { matchesGlob } from "./glob.ts";
import { isAbout } from "./policy.ts";
import type { Policy } from "./types.ts";
import { type Fitting, type UnmatchedSelector, unmatchedOf, unmatchedProblems } from "./unmatched.ts";

/** Which volumes the policies choose. */
export interface Selection {
  /** The policies of each volume, by cloud and volume id. Volumes that no policy chooses are not in it. */
  policiesOf(cloud: string, volumeId: string): readonly Policy[];
  /** Selectors that cannot be told here, or that matched nothing. */
  readonly problems: readonly BackupProblem[];
  /**
   * What matched nothing among the clouds given, of policies that are about clouds elsewhere, too: whether that is a mistake
   * only all of them together can say.
   */
  readonly unmatched: readonly UnmatchedSelector[];
}

/**
 * Applies the selectors of all policies. The temporary volumes of drills and volumes that are being deleted are never
 * chosen. That something matched nothing is only said when all of the policy's clouds could be read.
 *
 * @param elsewhere names of clouds that are there and not looked at
 */
export function selectVolumes(
  policies: readonly Policy[],
  clouds: readonly CloudState[],
  elsewhere: ReadonlySet<string> = new Set(),
): Selection {
  const chosen = new Map<string, Policy[]>();
  const problems: BackupProblem[] = [];
  const unmatched: UnmatchedSelector[] = [];
  for (const policy of policies) {
    const own = clouds.filter(({ name }) => isAbout(policy, name));
    const fitting: Fitting[] = [];
    let complete = true;
    for (const cloud of own) {
      if (cloud.state === "failed") {
        complete = false;
        continue;
      }
      const problem = policy.select.tags && tagsProblem(policy, cloud);
      if (problem !== undefined) {
        problems.push(problem);
        complete = false;
      }
      if (problem?.code === "unsupported") continue;
      for (const volume of cloud.volumes) {
        if (!isChosen(policy, volume, cloud.capabilities.limits.tags)) continue;
        fitting.push({ cloud: cloud.name, volume });
        const key = volumeKey(cloud.name, volume.id);
        chosen.set(key, [...(chosen.get(key) ?? []), policy]);
      }
    }
    if (!complete) continue;
    const nothing = unmatchedOf(policy, fitting);
    const isPart = policy.select.clouds?.some((name) => elsewhere.has(name)) ?? elsewhere.size > 0;
    if (isPart) unmatched.push(...nothing);
    else problems.push(...unmatchedProblems(nothing, own.map(({ name }) => name).join(", ")));
  }
  for (const shared of sharedAccounts(clouds)) {
    problems.push(sharedProblem(shared));
    moveHome(shared, chosen);
  }
  return {
    policiesOf: (cloud, volumeId) => chosen.get(volumeKey(cloud, volumeId)) ?? [],
    problems,
    unmatched,
  };
}

/** What policies choose on two clouds that are one account is chosen once. */
function moveHome({ home, other, volumeIds }: SharedAccount, chosen: Map<string, Policy[]>): void {
  for (const id of volumeIds) {
    const there = chosen.get(volumeKey(other.name, id)) ?? [];
    const here = chosen.get(volumeKey(home.name, id)) ?? [];
    const all = [...new Set([...here, ...there])].sort((a, b) => compareText(a.id, b.id));
    chosen.delete(volumeKey(other.name, id));
    if (all.length > 0) chosen.set(volumeKey(home.name, id), all);
  }
}

/** Whether any of the policies chooses volumes by their tags. */
export function chooseByTags(policies: readonly Policy[]): boolean {
  return policies.some(({ select }) => select.tags !== undefined);
}

function isChosen({ select }: Policy, volume: Volume, rule: TagRule | undefined): boolean {
  if (volume.state === "deleting" || parseDrillName(volume.name) !== undefined) return false;
  const { names, ids, tags } = select;
  if (ids !== undefined && !ids.includes(volume.id)) return false;
  if (names !== undefined && !names.some((pattern) => matchesGlob(pattern, volume.name))) return false;
  return tags === undefined || tags.every((tag) => hasTags(volume, recordOf(tag), rule));
}

/** `key:value` as a record, split at the first colon. */
function recordOf(tag: string): Readonly<Record<string, string>> {
  const [key = "", ...value] = tag.split(":");
  return { [key]: value.join(":") };
}

/** Why a policy that chooses by tags cannot do so on a cloud; undefined where it can. */
function tagsProblem({ id }: Policy, cloud: ObservedCloud): BackupProblem | undefined {
  const { name, provider, capabilities, tagsHidden } = cloud;
  const canRead = capabilities.supports.includes("volumes.readTags");
  if (canRead && !tagsHidden) return undefined;
  const right = rightToSee("tags", capabilities.limits.tags?.readScope);
  const reason = canRead
    ? `the credentials cannot see tags; give them ${right}, or choose by name or id`
    : `${provider} does not return the tags of volumes; ` +
      "choose by name or id there, or leave the cloud out with select.cloud";
  const error = new PolyvolError(
    canRead ? "permission_denied" : "unsupported",
    `policy ${id} chooses volumes by tags, and ${reason}`,
    { provider, operation: "plan" },
  );
  return problemOf(error, "nothing_done", { cloud: name, policyId: id });
}
