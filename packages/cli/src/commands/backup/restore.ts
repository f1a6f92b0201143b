import type { DrillCheck, DrillReport, SnapshotChoice } from "@polyvol/backup";
import type { BlockStorage } from "@polyvol/core";
import type { Command } from "commander";
import { undefinedIfMissing, withProgress } from "../../changes.ts";
import { examples, type MakeAction } from "../../command.ts";
import type { Context } from "../../context.ts";
import { FAILED, UsageError } from "../../errors.ts";
import { findVolume } from "../../find.ts";
import { onCloudOf, onOneCloud } from "../../one-cloud.ts";
import { instant, omitUndefined, type RegionOptions, size, withRegion } from "../../options.ts";
import { nameAndId, secondsText } from "../../output/format.ts";
import { type Renderers, writeCheckResult } from "../../output/result.ts";
import { isId } from "../../output/short-id.ts";
import type { Tone } from "../../output/terminal.ts";
import { writeVolume } from "../volume-view.ts";
import { type MonitoringOptions, monitored, withMonitoring } from "./monitoring/monitored.ts";
import type { Outcome } from "./monitoring/watch.ts";
import { reportProblems } from "./problems.ts";
import { RECORD, recorded } from "./record.ts";
import { readPolicies } from "./setup.ts";

/** The commands that make a volume from a snapshot: restore and drill. */
export function addRestore(backup: Command, action: MakeAction): void {
  withSnapshotChoice(backup.command("restore"))
    .description("make a new volume from a snapshot; the old volume is not touched")
    .requiredOption("--as <name>", "name of the new volume")
    .option("--size <size>", "larger than the snapshot needs: in GiB, or such as 2TiB", size)
    .option(
      "--region <region>",
      "of the new volume, and where --volume is looked for first; default: where the snapshot is",
    )
    .option("--type <type>", "the provider's name of a volume type")
    .option(...RECORD)
    .addHelpText(
      "after",
      examples(
        "polyvol backup restore --cloud main --volume db --as db-restored",
        "polyvol backup restore --cloud main --volume db --taken-by 2026-11-20T00:00:00Z --as db-friday",
      ),
    )
    .action(action(restore));
  withMonitoring(
    withRegion(withSnapshotChoice(backup.command("drill")))
      .description("prove that a snapshot restores: make a temporary volume, check it, delete it")
      .option(...RECORD),
  )
    .addHelpText(
      "after",
      examples(
        "polyvol backup drill --cloud main --volume db",
        "polyvol backup drill --cloud main --volume db --record runs.jsonl",
      ),
    )
    .action(action(drill));
}

/** Adds the options that choose a snapshot. */
function withSnapshotChoice(command: Command): Command {
  return command
    .option("--volume <volume>", "the newest good snapshot of this volume, by id or name")
    .option("--snapshot <id>", "this snapshot")
    .option("--policy <id>", "with --volume: only snapshots of this policy")
    .option("--taken-by <time>", "with --volume: not newer, such as 2026-11-21T03:00:00Z", instant);
}

interface ChoiceOptions extends RegionOptions {
  readonly volume?: string;
  readonly snapshot?: string;
  readonly policy?: string;
  readonly takenBy?: Date;
  readonly record?: string;
}

interface RestoreOptions extends ChoiceOptions {
  readonly as: string;
  readonly size?: number;
  readonly type?: string;
}

async function restore(context: Context, options: RestoreOptions): Promise<void> {
  checkChoice(options);
  const backup = await import("@polyvol/backup");
  const { cloud, storage } = await onCloudOfChoice(context, options, { elsewhere: true });
  const { as: newName, size: sizeGiB, region, type: volumeType } = options;
  // `--region` is that of the new volume, too, so the old one may be elsewhere.
  const from = await snapshotChoice(context, options, { elsewhere: true });
  const request = omitUndefined({ cloud, from, newName, sizeGiB, region, volumeType });
  const { volume, snapshot } = await withProgress(
    context,
    `restore to volume ${newName} on ${cloud}`,
    (wait) =>
      recorded(options.record, () => backup.restore(request, { [cloud]: storage }, wait), {
        done: (library, restored, times) => library.restoreEntry(restored, times),
        failed: (library, error, times) =>
          library.failedRestoreEntry(error, { kind: "restore", cloud, ...volumeOf(from), ...times }),
      }),
  );
  await writeVolume(context, cloud, volume, snapshot.name);
}

/** The volume, as far as the choice of a snapshot says it. */
function volumeOf(choice: SnapshotChoice): { readonly volumeId?: string; readonly volumeName?: string } {
  if ("volumeId" in choice) return { volumeId: choice.volumeId };
  return "volumeName" in choice ? { volumeName: choice.volumeName } : {};
}

interface DrillOptions extends ChoiceOptions, MonitoringOptions {}

async function drill(context: Context, options: DrillOptions): Promise<number> {
  return await monitored(context, options, "backup drill", () => drillSnapshot(context, options));
}

async function drillSnapshot(context: Context, options: ChoiceOptions): Promise<Outcome> {
  checkChoice(options);
  const backup = await import("@polyvol/backup");
  const { cloud, storage } = await onCloudOfChoice(context, options, { elsewhere: false });
  const from = await snapshotChoice(context, options, { elsewhere: false });
  const text = `drill of ${options.volume ?? options.snapshot} on ${cloud}`;
  const report = await withProgress(context, text, () =>
    recorded(options.record, () => backup.drill({ cloud, from }, { [cloud]: storage }, context.call), {
      done: (library, drilled) => library.drillEntry(drilled),
      failed: (library, error, times) =>
        library.failedRestoreEntry(error, { kind: "drill", cloud, ...volumeOf(from), ...times }),
    }),
  );
  await writeCheckResult(context.output, report.ok, report, (render) =>
    drillView(report, options.volume, render),
  );
  const result = report.ok ? "the snapshot restores" : "not proved";
  reportProblems(report.problems);
  const exitCode = report.ok ? 0 : FAILED;
  return { exitCode, summary: `${text}: ${result}.`, problems: report.problems };
}

/**
 * The cloud of the snapshot or volume that the options choose. On a cloud that is named, the volume may be gone: what it
 * has left is looked for there.
 */
async function onCloudOfChoice(
  context: Context,
  { volume = "", snapshot, region }: ChoiceOptions,
  { elsewhere }: { readonly elsewhere: boolean },
): Promise<{ readonly cloud: string; readonly storage: BlockStorage }> {
  if ((await context.selected()).length === 1) return await onOneCloud(context);
  return await onCloudOf<unknown>(context, {
    what: snapshot === undefined ? `volume ${volume}` : `snapshot ${snapshot}`,
    async find(storage) {
      if (snapshot !== undefined) return await storage.snapshots.get(snapshot, context.call);
      const inRegion = findVolume(context, storage, volume, omitUndefined({ region }));
      if (!elsewhere || region === undefined) return await inRegion;
      return (await undefinedIfMissing(inRegion)) ?? (await findVolume(context, storage, volume, {}));
    },
  });
}

/** Refuses a wrong choice before any cloud is asked. @throws UsageError */
function checkChoice({ volume, snapshot, policy, takenBy }: ChoiceOptions): void {
  if ((volume === undefined) === (snapshot === undefined)) {
    throw new UsageError("say what to restore: --volume for its newest good snapshot, or --snapshot ID.");
  }
  if (snapshot !== undefined && (policy !== undefined || takenBy !== undefined)) {
    throw new UsageError("--policy and --taken-by choose among the snapshots of a --volume.");
  }
}

/**
 * The snapshot that the options choose: of a volume by id or name, which may be gone.
 *
 * @param elsewhere whether a volume that is not in `--region` is looked for everywhere
 */
async function snapshotChoice(
  context: Context,
  { volume = "", snapshot, policy, takenBy, region }: ChoiceOptions,
  { elsewhere }: { readonly elsewhere: boolean },
): Promise<SnapshotChoice> {
  if (snapshot !== undefined) return { snapshotId: snapshot };
  const policyId = policy === undefined ? undefined : await policyIds(context, policy);
  const filter = omitUndefined({ policyId, takenBy });
  if (isId(volume)) return { volumeId: volume, ...filter };
  return { volumeName: volume, ...(region === undefined ? {} : { region, elsewhere }), ...filter };
}

/** The policy's id and its former ids. A configuration or policy that is wrong keeps nobody from restoring. */
async function policyIds(context: Context, id: string): Promise<readonly string[]> {
  try {
    const policies = await readPolicies(await context.config());
    return [id, ...(policies.find((each) => each.id === id)?.formerIds ?? [])];
  } catch {
    return [id];
  }
}

const TONES: Readonly<Record<DrillCheck["result"], Tone>> = {
  passed: "good",
  failed: "bad",
  unknown: "note",
};

function drillView(report: DrillReport, name: string | undefined, { fields }: Renderers): string {
  const { cloud, ok, snapshotName, snapshotId, takenAt, volumeId, restoreMs, checks, leftovers } = report;
  return fields([
    ["cloud", cloud],
    ["result", ok ? "the snapshot restores" : "not proved", ok ? "good" : "bad"],
    ["snapshot", snapshotName, "strong"],
    ["id", snapshotId],
    ["taken", takenAt],
    ["of volume", nameAndId(name, volumeId)],
    ["restored in", restoreMs === undefined ? "" : secondsText(restoreMs)],
    ...checks.map(
      ({ check, result, found, wanted }) =>
        [check, `${result}: found ${found}; wanted ${wanted}`, TONES[result]] as const,
    ),
    ["left before", leftovers.map(({ name, outcome }) => `${name} ${outcome}`).join(", ")],
  ]);
}
