import type { BackupPlan, PlannedKeep } from "@polyvol/backup";
import type { Command } from "commander";
import { examples, type MakeAction } from "../../command.ts";
import type { Context } from "../../context.ts";
import type { Options } from "../../options.ts";
import { countText, nameOrId, secondsText } from "../../output/format.ts";
import { renderJson, writeResult } from "../../output/result.ts";
import { writeNote } from "../../output/streams.ts";
import { writeWhole } from "../../output/whole-file.ts";
import {
  type ChangeRow,
  changesText,
  LIFT_BRAKE,
  POLICY,
  PRUNE_ONLY,
  whyCreated,
  whyDeleted,
} from "./changes.ts";
import { reportProblems, warnOfBounds } from "./problems.ts";
import { deadline, loadBackupSetup, SHARD, shardText } from "./setup.ts";

/** Exit code of `--detailed-exitcode` when changes are pending. */
const PENDING = 3;

export function addPlan(backup: Command, action: MakeAction): void {
  backup
    .command("plan")
    .description("show what a run would create and delete, with reasons; changes nothing")
    .option(...POLICY)
    .option(...SHARD)
    .option("--save <file>", "keep the plan for polyvol backup apply")
    .option("--detailed-exitcode", "exit with 3 when there are changes to make")
    .option(...PRUNE_ONLY)
    .option(...LIFT_BRAKE)
    .addHelpText(
      ...examples([
        "polyvol backup plan --save tonight.json",
        "polyvol backup plan -o json | jq .totals",
        "polyvol backup plan --shard 0/4",
      ]),
    )
    .action(action(plan));
}

interface PlanOptions extends Options {
  readonly policy?: readonly string[];
  readonly shard?: string;
  readonly save?: string;
  readonly detailedExitcode?: boolean;
  readonly pruneOnly?: boolean;
  readonly liftBrake?: boolean;
}

async function plan(context: Context, options: PlanOptions): Promise<number> {
  const backup = await import("@polyvol/backup");
  const { policies, clouds, scope, withSourcePositions } = await loadBackupSetup(context, options);
  const { pruneOnly = false, liftBrake = false } = options;
  const planOptions = { ...scope, abortSignal: await deadline(context), pruneOnly, liftBrake };
  const planned = await withSourcePositions(() => backup.plan(policies, clouds, new Date(), planOptions));
  if (options.save !== undefined) await writeWhole(options.save, renderJson(planned));
  await writePlan(context, planned);
  if (options.save !== undefined) writeNote(`Saved as ${options.save}.\n`);
  warnOfBounds(planned);
  const code = reportProblems(planned.problems, { readOnly: true, showEffect: true });
  if (code !== 0 || options.detailedExitcode !== true) return code;
  return planned.totals.create + planned.totals.delete > 0 ? PENDING : 0;
}

/** As data the plan itself; for people each change with its reason, and what the run costs. */
async function writePlan({ output }: Context, planned: BackupPlan): Promise<void> {
  await writeResult(output, planned, (render) => {
    const changes = changesText(rowsOf(planned), render);
    const { create, delete: remove, keep } = planned.totals;
    const volumes = countText(planned.volumes.length, "volume");
    const held = heldCount(planned);
    const kept = `${keep} to keep${held === 0 ? "" : ` (${held} held)`}`;
    return `${changes}${volumes}: ${create} to create, ${remove} to delete, ${kept}.\n${costText(planned)}${shardText(planned.shard)}`;
  });
}

/** How many of the kept snapshots are held, by their ids: snapshots that no policy owns are not counted. */
function heldCount({ volumes }: BackupPlan): number {
  const keeps = volumes.flatMap(({ keep }) => keep);
  return new Set(keeps.filter(isHeld).map(({ snapshotId }) => snapshotId)).size;
}

function rowsOf({ volumes }: BackupPlan): readonly ChangeRow[] {
  return volumes.flatMap((plan) => {
    const { cloud } = plan;
    const volume = nameOrId(plan.volumeName, plan.volumeId);
    return [
      ...plan.create.map(({ policyId: policy, name: snapshot, slot, reason }): ChangeRow => {
        const why = whyCreated(plan, policy);
        return { cloud, volume, policy, change: "create", tone: "good", snapshot, slot, why, reason };
      }),
      ...plan.delete.map((deletion): ChangeRow => {
        const { policyId: policy, name: snapshot, snapshotId, slot, reason } = deletion;
        const known = { cloud, volume, policy, snapshot, snapshotId, slot, reason };
        return { ...known, change: "delete", tone: "bad", why: whyDeleted(deletion) };
      }),
      ...plan.keep.filter(isHeld).map((kept): ChangeRow => {
        const { policyId: policy = "", name: snapshot, snapshotId, slot = "", reasons } = kept;
        const known = { cloud, volume, policy, snapshot, snapshotId, slot, reason: reasons.join("; ") };
        return { ...known, change: "keep", tone: "busy", why: "held" };
      }),
    ];
  });
}

const isHeld = ({ reasons }: PlannedKeep): boolean => reasons.includes("hold");

function costText({ clouds, totals }: BackupPlan): string {
  if (totals.create + totals.delete === 0) return "";
  return clouds
    .map(({ cloud, requests, shortestMs }) => {
      const time =
        shortestMs === 0 ? "" : `, at least ${secondsText(shortestMs)} by the provider's gaps and quotas`;
      return `${cloud}: ${countText(requests.total, "request")}${time}.\n`;
    })
    .join("");
}
