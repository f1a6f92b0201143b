/**
 * `@polyvol/backup`: policies that keep volumes on any cloud safely snapshotted. All of a file is public whose types are
 * exported by `*`.
 *
 * @module @polyvol/backup
 */
export { apply, prune, run } from "./apply/apply.ts";
export type { BackupEvent, BackupEventListener, RunOptions } from "./apply/options.ts";
export type * from "./apply/report.ts";
export { type AuditOptions, type AuditReport, audit } from "./audit/audit.ts";
export type * from "./audit/finding.ts";
export type { Clouds } from "./clouds.ts";
export type { CommandOutput } from "./command/last-words.ts";
export { drill } from "./drill/drill.ts";
export type * from "./drill/types.ts";
export { type HoldOptions, type HoldsOptions, type HoldWriter, hold, holdsOf, release } from "./hold/hold.ts";
export { isHeld, keepHold } from "./hold/marker.ts";
export { type BackupMetrics, backupMetrics, type MetricsOptions } from "./metrics/metrics.ts";
export type * from "./mount/device-layer.ts";
export type { FoundBy } from "./mount/find-device.ts";
export { type FindServerOptions, findServer } from "./mount/find-server.ts";
export { createLinuxDevices, type LinuxDevicesOptions } from "./mount/linux/linux-devices.ts";
export type * from "./mount/types.ts";
export { LeftBehindError, useSnapshot, withSnapshot } from "./mount/use-snapshot.ts";
export { parseSnapshotName, type SnapshotName, snapshotName, volumeNameOn } from "./naming.ts";
export type { LookOptions } from "./observe/read-steadily.ts";
export { offsite, offsiteSnapshot } from "./offsite/offsite.ts";
export type { OffsiteFreshness, OffsiteStanding } from "./offsite/standing.ts";
export { type OffsiteDue, offsiteDue } from "./offsite/standing.ts";
export type * from "./offsite/types.ts";
export { type PlanOptions, plan } from "./plan/plan.ts";
export {
  type BackupPlan,
  type MissedSlots,
  type PlannedBound,
  type PlannedCloud,
  type PlannedCreation,
  type PlannedDeletion,
  type PlannedKeep,
  type PlannedPolicy,
  parsePlan,
  type VolumePlace,
  type VolumePlan,
} from "./plan/stored-plan.ts";
export type { PlanChoices } from "./plan/volume-plan.ts";
export type {
  BrakesDefinition,
  HookDefinition,
  OffsiteDefinition,
  PolicyDefinition,
  PolicyDefinitions,
  SelectDefinition,
} from "./policy/definition.ts";
export { parsePolicies, policiesJsonSchema } from "./policy/parse.ts";
export { isAbout } from "./policy/policy.ts";
export type * from "./policy/types.ts";
export type { UnmatchedSelector } from "./policy/unmatched.ts";
export type { BackupProblem, HookName, ProblemEffect } from "./problem.ts";
export { type AppendOptions, appendRecord } from "./record/append.ts";
export {
  brokenRunEntry,
  drillEntry,
  type FailedRestore,
  failedRestoreEntry,
  offsiteEntry,
  type RecordedCall,
  type RecordedTimes,
  restoreEntry,
  runEntry,
} from "./record/entries.ts";
export type * from "./record/entry.ts";
export { readRecord } from "./record/read.ts";
export { RecordError } from "./record/record-error.ts";
export { backupReport, type ReportOptions } from "./report/report.ts";
export type * from "./report/types.ts";
export type { SnapshotChoice, SnapshotRequest } from "./restore/find-snapshot.ts";
export { type Restored, type RestoreOptions, type RestoreRequest, restore } from "./restore/restore.ts";
export { evaluateRetention } from "./retention/evaluate.ts";
export { explainRetention, type RetentionExplanation } from "./retention/explain.ts";
export {
  type CountRuleName,
  parseRetentionPolicy,
  type RetentionPolicy,
  type RetentionRules,
  type WithinRuleName,
} from "./retention/policy.ts";
export {
  isPolicyError,
  PolicyError,
  type PolicyErrorCode,
  type PolicyProblem,
} from "./retention/policy-error.ts";
export type * from "./retention/types.ts";
export { parseSchedule, type Schedule, type ScheduleDefinition } from "./schedule/schedule.ts";
export { newestDueSlot, nextSlot, parseSlotName, slotName, slotsBetween } from "./schedule/slots.ts";
export { parseShard } from "./shard/parse-shard.ts";
export { type Shard, shardOf } from "./shard/rendezvous.ts";
export {
  type AccountClouds,
  cloudsInShard,
  type ReportedShard,
  type ShardOptions,
} from "./shard/scope.ts";
export { type MergedStatus, type MergeOptions, mergeStatus } from "./status/merge.ts";
export {
  type BackupStatus,
  type Freshness,
  type StatusOptions,
  status,
  type VolumeStatus,
} from "./status/status.ts";
export type { Leftover } from "./temporary/leftovers.ts";
