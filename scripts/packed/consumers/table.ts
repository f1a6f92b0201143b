import type { Packed } from "../pack.ts";
import { forEachInParallel } from "../processes.ts";
import { tableOf } from "../table.ts";
import { checkTypes } from "./check-types.ts";
import type { Homes } from "./install.ts";
import { layOut } from "./lay-out.ts";
import { PROJECTS } from "./projects.ts";
import { runProject } from "./run-project.ts";

/** What was seen of one consumer project. */
export interface ConsumerRow {
  readonly project: string;
  readonly installer: string;
  /** The compilers that were content. */
  readonly types: readonly string[];
  readonly run: string;
}

/** Type-checks and runs every consumer project. @throws Error for the first that fails */
export async function checkConsumers(packed: readonly Packed[], homes: Homes): Promise<ConsumerRow[]> {
  const entries = packed.flatMap((each) => each.entries);
  return await forEachInParallel(PROJECTS, async (project) => {
    const folder = await layOut(project, homes, entries);
    const types = await checkTypes(project, folder, homes);
    await runProject(project, folder);
    return { project: project.name, installer: project.installer, types, run: `ok, ${project.run}` };
  });
}

export function consumerTable(rows: readonly ConsumerRow[]): string[] {
  return tableOf(
    ["consumer project", "installed by", "types check with", "snapshots on both emulators"],
    rows.map(({ project, installer, types, run }) => [
      project,
      installer,
      types.map((each) => each.replace("typescript-", "")).join(", "),
      run,
    ]),
  );
}
