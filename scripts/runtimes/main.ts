/**
 * Runs one program on every runtime that the packages are for, with the packages as they would be published and against
 * the emulators, and holds the table in docs/runtimes.md against what came out. `--update` writes the table. What a
 * machine cannot have is left out, in words. The report is `.reports/runtimes.json`.
 */
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { withSection } from "../docs/table.ts";
import { root } from "../packed/processes.ts";
import { tableOf } from "../packed/table.ts";
import { withEmulators } from "./emulators.ts";
import { layOutProject } from "./install.ts";
import { failuresOf, mergedTable, type Row, reportOf } from "./report.ts";
import { NotHere, type Runtime } from "./runtime.ts";
import { RUNTIMES } from "./runtimes.ts";

const PAGE = join(root, "docs/runtimes.md");
const { values } = parseArgs({ options: { update: { type: "boolean", default: false } } });

const work = await realpath(await mkdtemp(join(tmpdir(), "polyvol-runtimes-")));
try {
  const project = await layOutProject(work);
  const rows: Row[] = [];
  for (const runtime of RUNTIMES) rows.push(await runRow(runtime, project));
  const lines = rows.map((row) => [
    row.title,
    row.how,
    String(row.seconds),
    row.run?.version ?? "",
    inWords(row),
  ]);
  process.stdout.write(`${tableOf(["runtime", "how", "seconds", "version", "result"], lines).join("\n")}\n`);
  await mkdir(join(root, ".reports"), { recursive: true });
  await writeFile(join(root, ".reports/runtimes.json"), `${JSON.stringify(reportOf(rows), null, 2)}\n`);
  const problems = [...failuresOf(rows), ...(await checkPage(rows))];
  if (problems.length > 0) throw new Error(problems.join("\n"));
} catch (error) {
  process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await rm(work, { recursive: true, force: true });
}

async function runRow({ title, how, run }: Runtime, project: string): Promise<Row> {
  const startMs = performance.now();
  const outcome = await withEmulators((given) => run(project, given)).then(
    (done) => ({ run: done }),
    (error: unknown) =>
      error instanceof NotHere
        ? { skipped: error.message }
        : { failure: error instanceof Error ? error.message : String(error) },
  );
  return { title, how, seconds: Math.round((performance.now() - startMs) / 100) / 10, ...outcome };
}

function inWords({ run, skipped, failure }: Row): string {
  if (skipped !== undefined) return `skipped: ${skipped}`;
  if (failure !== undefined || run === undefined) return "failed";
  const failed = run.outcomes.filter((each) => each.failure !== undefined).length;
  return `${run.outcomes.length - failed} passed${failed === 0 ? "" : `, ${failed} failed`}`;
}

async function checkPage(rows: readonly Row[]): Promise<string[]> {
  const page = await readFile(PAGE, "utf8");
  const expected = withSection(page, "runtimes", mergedTable(rows, page));
  if (expected === page) return [];
  if (!values.update) return ["docs/runtimes.md says something else: pnpm runtimes --update writes it"];
  await writeFile(PAGE, expected);
  return [];
}
