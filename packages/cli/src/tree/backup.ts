import type { Command } from "commander";
import type { MakeAction } from "../action.ts";
import { collect, duration } from "../arguments.ts";
import { addRestoring } from "./backup-restore.ts";
import { examples, subgroup } from "./group.ts";

const POLICY = [
  "--policy <id>",
  "only this policy is evaluated, as if there were no others (repeatable); default: all",
  collect,
] as const;

const PRUNE_ONLY = [
  "--prune-only",
  "only delete what no rule keeps and what has failed; make nothing: by hand, for an account that is full",
] as const;
const LIFT_BRAKE = [
  "--lift-brake",
  "this once, delete all that no rule keeps, whatever brakes.maxShare says",
] as const;

const INTERRUPTED = `
Ctrl-C, and --timeout once its time has passed, end it while the clouds are read; after that they
finish what is in flight, begin nothing new, and say what is left. Ctrl-C again stops at once;
a hook "after" that is due still runs then, unless Ctrl-C comes a third time.
It can be run again at any time: it goes on from there, and makes nothing twice.
`;

const FINDINGS = `
Nothing is changed. A finding is a result, not a failure: the exit code is 0 with and without any,
and 1 when something could not be read. Scripts look at "ok", which is true when nothing was found.
`;

const ABOUT = `
Policies stand in the configuration file:
  policies:
    nightly:
      select: { cloud: main, name: "db-*" }
      schedule: { cron: "0 3 * * *", timezone: Europe/Berlin }
      retention: { daily: 7, weekly: 4 }

Examples:
  polyvol backup plan                              what a run would do, and why
  polyvol backup run                               do it; this is what a timer calls
  polyvol backup status                            is everything fresh? exit code 4 when not
  polyvol backup drill --cloud main --volume db    prove that the newest snapshot restores

Policies are read by plan, apply, run, status and audit; --cloud does not go with those, since
policies say which clouds they are about.
`;

export function addBackup(program: Command, action: MakeAction): void {
  const backup = subgroup(program, "backup", "keep volumes snapshotted by policies").addHelpText(
    "after",
    ABOUT,
  );
  backup
    .command("plan")
    .description("show what a run would create and delete, with reasons; changes nothing")
    .option(...POLICY)
    .option("--save <file>", "keep the plan for polyvol backup apply")
    .option("--detailed-exitcode", "exit with 3 when there are changes to make")
    .option(...PRUNE_ONLY)
    .option(...LIFT_BRAKE)
    .addHelpText(
      "after",
      examples("polyvol backup plan --save tonight.json", "polyvol backup plan -o json | jq .totals"),
    )
    .action(action(() => import("../commands/backup/plan.ts")));
  backup
    .command("apply")
    .description("carry out a saved plan: exactly that, or nothing when the world has changed; does not ask")
    .argument("<file>", "what polyvol backup plan --save wrote")
    .option(POLICY[0], "as it was given to plan (repeatable)", collect)
    .option(LIFT_BRAKE[0], "as it was given to plan")
    .addHelpText("after", `${examples("polyvol backup apply tonight.json")}${INTERRUPTED}`)
    .action(action(() => import("../commands/backup/apply.ts")));
  backup
    .command("run")
    .description("plan and carry out at once; made for timers: does not ask, and can be repeated")
    .option(...POLICY)
    .option(...PRUNE_ONLY)
    .option(...LIFT_BRAKE)
    .addHelpText(
      "after",
      `${examples("polyvol backup run", "polyvol backup run --policy nightly -o json")}${INTERRUPTED}`,
    )
    .action(action(() => import("../commands/backup/run.ts")));
  backup
    .command("status")
    .description("show whether every volume has the snapshot that is due; exit with 4 when one has not")
    .option(...POLICY)
    .option("--grace <time>", "how late a snapshot may be, such as 90m; default: 1h", duration)
    .addHelpText("after", examples("polyvol backup status", "polyvol backup status --grace 3h -o json"))
    .action(action(() => import("../commands/backup/status.ts")));
  addRestoring(backup, action);
  backup
    .command("audit")
    .description("find what no policy takes care of: surplus, orphans, volumes without a policy")
    .addHelpText(
      "after",
      `${examples("polyvol backup audit", "polyvol backup audit -o json | jq .ok")}${FINDINGS}`,
    )
    .action(action(() => import("../commands/backup/audit.ts")));
  backup
    .command("explain")
    .description("show what a retention policy keeps of given snapshots; needs no cloud")
    .requiredOption("--policy <file>", "JSON file with the keys of a retention policy")
    .requiredOption("--snapshots <file>", 'JSON file: [{ "id", "time", "volume"?, "tags"? }]')
    .addHelpText(
      "after",
      examples("polyvol backup explain --policy policy.json --snapshots snapshots.json -o json"),
    )
    .action(action(() => import("../commands/backup/explain.ts")));
}
