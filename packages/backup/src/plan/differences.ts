import { fitName } from "@polyvol/core/driver";
import { volumeKey } from "../observe/inventory.ts";
import type { PolicyProblem } from "../retention/policy-error.ts";
import { canonicalJson } from "./canonical-json.ts";
import type { BackupPlan, PlannedDeletion, PlannedKeep, VolumePlan } from "./stored-plan.ts";

/** What one snapshot's fate is in a plan. */
interface Fate {
  readonly label: string;
  readonly fate: string;
  readonly detail: string;
}

/**
 * Where a stored plan and the one computed anew for the same instant differ: each path, what the plan says (`found`)
 * and what holds now (`allowed`). Empty when carrying out the one is carrying out the other.
 */
export function differencesOf(stored: BackupPlan, current: BackupPlan): readonly PolicyProblem[] {
  const problems = compare(problemFates(stored), problemFates(current), "plan.problems");
  if (stored.shard?.basis !== current.shard?.basis) problems.push(otherAccounts(stored, current));
  const before = volumesByKey(stored);
  const after = volumesByKey(current);
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const one = before.get(key);
    const other = after.get(key);
    const { cloud, volumeId, volumeName } = one ?? other ?? { cloud: "", volumeId: "", volumeName: "" };
    const path = `plan.volumes[${cloud} ${fitName(volumeName)} (${volumeId})]`;
    if (one === undefined)
      problems.push({ path, found: "nothing", allowed: "a volume that policies choose now" });
    else if (other === undefined)
      problems.push({ path, found: "a volume", allowed: "nothing: it cannot be planned now" });
    else problems.push(...volumeDifferences(one, other, path));
  }
  const causes = otherTimeZoneData(stored.timeZoneData, current.timeZoneData);
  return problems.length === 0 ? [] : [...problems, ...causes];
}

/** Which accounts a shard has rests on all accounts. */
function otherAccounts({ shard: before }: BackupPlan, { shard: after }: BackupPlan): PolicyProblem {
  const words = (shard: BackupPlan["shard"]): string =>
    shard === undefined
      ? "all clouds"
      : `${shard.accounts} of ${shard.accountsInAll} accounts (${shard.basis})`;
  return { path: "plan.shard", found: words(before), allowed: words(after) };
}

/** Why slots can differ although nobody has changed anything; empty when the data is the same. */
export function otherTimeZoneData(stored: string | undefined, current: string | undefined): PolicyProblem[] {
  if (stored === undefined || current === undefined || stored === current) return [];
  const allowed = `${current} here: where the two differ, a zone's slots do, too; plan and apply with one of them`;
  return [{ path: "plan.timeZoneData", found: stored, allowed }];
}

function volumeDifferences(stored: VolumePlan, current: VolumePlan, path: string): PolicyProblem[] {
  const found = compare(fatesOf(stored), fatesOf(current), path);
  if (found.length > 0 || canonicalJson(stored) === canonicalJson(current)) return found;
  if (stored.volumeName !== current.volumeName) {
    const [before, after] = [fitName(stored.volumeName), fitName(current.volumeName)];
    return [{ path: `${path}.volumeName`, found: before, allowed: after }];
  }
  const order = (plan: VolumePlan): string =>
    `${plan.create.map(({ name }) => name).join(", ")}; ${plan.delete.map(({ snapshotId }) => snapshotId).join(", ")}`;
  const same = order(stored) === order(current);
  return [
    same
      ? { path, found: canonicalJson(stored.policies), allowed: canonicalJson(current.policies) }
      : { path, found: order(stored), allowed: order(current) },
  ];
}

function compare(
  stored: ReadonlyMap<string, Fate>,
  current: ReadonlyMap<string, Fate>,
  path: string,
): PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  for (const key of new Set([...stored.keys(), ...current.keys()])) {
    const one = stored.get(key);
    const other = current.get(key);
    if (one?.detail === other?.detail) continue;
    const label = one?.label ?? other?.label ?? key;
    problems.push({
      path: `${path}.${label}`,
      found: one?.fate ?? "nothing",
      allowed: other?.fate ?? "nothing",
    });
  }
  return problems;
}

function fatesOf(volume: VolumePlan): ReadonlyMap<string, Fate> {
  const fates = new Map<string, Fate>();
  const add = (key: string, label: string, fate: string, data: unknown): void => {
    // The same snapshot twice in one plan is a difference, too.
    const detail = `${fates.get(key)?.detail ?? ""}${canonicalJson(data)}`;
    fates.set(key, { label, fate, detail });
  };
  for (const each of volume.create) add(`create ${each.name}`, each.name, `create: ${each.reason}`, each);
  const addThere = (kind: "delete" | "keep", each: PlannedDeletion | PlannedKeep, why: string): void =>
    add(each.snapshotId, `${each.name} (${each.snapshotId})`, `${kind}: ${why}`, [kind, each]);
  for (const each of volume.delete) addThere("delete", each, each.reason);
  for (const each of volume.keep) addThere("keep", each, each.reasons.join(", "));
  return fates;
}

/** Problems by where and what they are: their wording holds request ids and times. */
function problemFates(plan: BackupPlan): ReadonlyMap<string, Fate> {
  return new Map(
    plan.problems.map(({ code, message, cloud, policyId, volumeId, snapshotName }) => {
      const place = [cloud, volumeId, policyId, snapshotName].filter((each) => each !== undefined).join(" ");
      const key = `${code} ${place}`;
      return [key, { label: place === "" ? code : place, fate: `${code}: ${message}`, detail: key }];
    }),
  );
}

function volumesByKey(plan: BackupPlan): ReadonlyMap<string, VolumePlan> {
  return new Map(plan.volumes.map((each) => [volumeKey(each.cloud, each.volumeId), each]));
}
