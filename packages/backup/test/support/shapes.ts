import type { BackupPlan, PolicyDefinition, VolumePlan } from "../../src/index.ts";

/** A policy at 03:00 UTC of all volumes, with these keys replaced. */
export function nightly(keys: Partial<PolicyDefinition> = {}): PolicyDefinition {
  return {
    select: { name: "*" },
    schedule: { cron: "0 3 * * *", timezone: "UTC" },
    retention: { daily: 3 },
    ...keys,
  };
}

/** The plan of one volume. */
export function volumeIn(plan: BackupPlan, name: string, cloud = "do"): VolumePlan {
  const found = plan.volumes.find((each) => each.volumeName === name && each.cloud === cloud);
  if (found === undefined) throw new Error(`the plan has no volume ${name} on ${cloud}`);
  return found;
}

/** What becomes of each snapshot of a volume, by slot or name: `create`, `delete` or `keep: reasons`. */
export function fates(volume: VolumePlan): Record<string, string> {
  const label = (slot: string | undefined, name: string): string => slot?.slice(0, 16) ?? name;
  return Object.fromEntries([
    ...volume.create.map(({ slot, name }) => [label(slot, name), "create"]),
    ...volume.keep.map(({ slot, name, reasons }) => [label(slot, name), `keep: ${reasons.join(", ")}`]),
    ...volume.delete.map(({ slot, name }) => [label(slot, name), "delete"]),
  ]);
}
