import type { BackupPlan, VolumePlace } from "../plan/stored-plan.ts";
import type { BackupProblem, HookName } from "../problem.ts";
import type { CreatedSnapshot, DeletedSnapshot, SparedSnapshot } from "./report.ts";

/** Progress of a run, told apart by `type`. */
export type BackupEvent =
  /** The clouds have been read, and this is about to be done. */
  | { readonly type: "planned"; readonly plan: BackupPlan }
  /** Something will not be done, or was not. */
  | { readonly type: "problem"; readonly problem: BackupProblem }
  /** The provider's gap between two snapshots of a volume is waited out. */
  | (VolumePlace & {
      readonly type: "waiting";
      readonly policyId: string;
      readonly ms: number;
      readonly reason: string;
    })
  | (VolumePlace & {
      readonly type: "hook";
      readonly policyId: string;
      readonly when: HookName;
      readonly ok: boolean;
      readonly durationMs: number;
    })
  | (VolumePlace & { readonly type: "creating"; readonly policyId: string; readonly name: string })
  | (VolumePlace &
      Pick<CreatedSnapshot, "policyId" | "name" | "snapshotId" | "durationMs" | "found"> & {
        readonly type: "created";
      })
  | (VolumePlace & DeletedSnapshot & { readonly type: "deleted" })
  /** Was to be deleted and is not, since it is to be kept by what holds now (a hold, say). */
  | (VolumePlace & SparedSnapshot & { readonly type: "spared" })
  /** Nothing more will be done on this volume. */
  | (VolumePlace & { readonly type: "volume"; readonly state: "done" | "failed" | "left" });

/** Receives events. What it throws is ignored. */
export type BackupEventListener = (event: BackupEvent) => void;
