/**
 * What a finding is about.
 *
 * - `surplus_volumes`, `surplus_snapshots`: several of one name where one is meant; look which to delete.
 * - `surplus_slot`: one policy has several good snapshots of one slot under different names.
 * - `volume_gone`: snapshots whose volume does not exist any more. No policy ever deletes them.
 * - `volume_unknown`: snapshots of which the provider does not say the volume. No policy ever deletes them.
 * - `policy_gone`: snapshots of a policy that is not in the configuration any more. Likewise.
 * - `policy_elsewhere`: snapshots of a policy that does not choose their volume any more. Likewise.
 * - `taken_before_slot`: ours, and named after a slot that came later: a clock was wrong. They do not count as that
 *   slot's, and no policy deletes them.
 * - `unfinished_snapshots`: ours, and still being made though one taken a day later is there. They do not count.
 * - `failed_snapshots`: ours, and in error: no backups. The next run of their policy removes them, but for held ones.
 * - `drill_leftover`: the temporary volume of a drill or an off-site run; the next one removes it.
 * - `volume_without_policy`: nothing backs it up.
 */
export type FindingKind =
  | "surplus_volumes"
  | "surplus_snapshots"
  | "surplus_slot"
  | "volume_gone"
  | "volume_unknown"
  | "policy_gone"
  | "policy_elsewhere"
  | "taken_before_slot"
  | "unfinished_snapshots"
  | "failed_snapshots"
  | "drill_leftover"
  | "volume_without_policy";

/** Something that a person should look at, as plain JSON. */
export interface Finding {
  /** What it is about. */
  readonly kind: FindingKind;
  /** The cloud by the name of the configuration. */
  readonly cloud: string;
  /** The driver's provider name. */
  readonly provider: string;
  /** What the ids are of. */
  readonly resource: "volume" | "snapshot";
  /** Never empty, in the order of ids. */
  readonly ids: readonly string[];
  /** In the order of `ids`. */
  readonly names: readonly string[];
  /** The volume of the snapshots. */
  readonly volumeId?: string;
  /** Its name; of one that is gone, what its snapshots say. Absent when they do not. */
  readonly volumeName?: string;
  /** The policy that owns the snapshots. */
  readonly policyId?: string;
  /** For people, in full sentences. */
  readonly message: string;
}
