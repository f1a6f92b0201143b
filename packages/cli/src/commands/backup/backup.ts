import type { Command } from "commander";
import type { MakeAction } from "../../command.ts";
import { addAudit } from "./audit.ts";
import { addDrill } from "./drill.ts";
import { addExplain } from "./explain.ts";
import { addHolds } from "./holds.ts";
import { addOffsite } from "./offsite.ts";
import { addPlan } from "./plan.ts";
import { addReport } from "./report.ts";
import { addRestore } from "./restore.ts";
import { addRun } from "./run.ts";
import { addStatus } from "./status.ts";

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
  polyvol backup offsite --record runs.jsonl       take what is due out of its cloud

Policies are read by plan, apply, run, status, report and audit; --cloud does not go with those, since
policies say which clouds they are about. offsite and explain read them, too, and take --cloud.
`;

/** The commands about backups, in the order in which help lists them. */
export function addBackup(backup: Command, action: MakeAction): void {
  backup.addHelpText("after", ABOUT);
  addPlan(backup, action);
  addRun(backup, action);
  addStatus(backup, action);
  addReport(backup, action);
  addRestore(backup, action);
  addDrill(backup, action);
  addOffsite(backup, action);
  addHolds(backup, action);
  addAudit(backup, action);
  addExplain(backup, action);
}
