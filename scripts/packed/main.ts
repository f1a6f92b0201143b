/**
 * Packs every package as it would be published and uses the tarballs as strangers would: the rules for published
 * packages, publint and are-the-types-wrong; projects outside the workspace that install, type-check and run; size and
 * cost of import against the budgets. Tables go to standard output, and the consumer projects to
 * `.reports/consumers.json` as well.
 */
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkRules } from "./check-rules.ts";
import { checkBins } from "./consumers/check-bins.ts";
import { checkRunners } from "./consumers/check-runners.ts";
import { installHomes } from "./consumers/install.ts";
import { loadEntries } from "./consumers/load-entries.ts";
import { runReadmeExamples } from "./consumers/readme-examples.ts";
import { checkConsumers, consumerTable } from "./consumers/table.ts";
import { checkCosts } from "./cost/check-costs.ts";
import { packAll } from "./pack.ts";
import { root, timed } from "./processes.ts";
import { checkWithTools } from "./tarball-tools.ts";

const work = await realpath(await mkdtemp(join(tmpdir(), "polyvol-packed-")));
try {
  const packed = await timed("pack", packAll(work));
  await timed("rules", checkRules(packed));
  await timed("publint, are-the-types-wrong", checkWithTools(packed));
  const homes = await timed("install", installHomes(work, packed));
  await timed("every entry loads, both ways", loadEntries(packed, homes.pnpm));
  const consumers = await timed("consumer projects", checkConsumers(packed, homes));
  await timed("jest, ts-jest, vitest and node:test", checkRunners(packed, work));
  await timed("examples of the READMEs", runReadmeExamples(packed, homes.npm));
  await timed("installed commands", checkBins(homes.npm));
  const costs = await timed("size and import", checkCosts(packed, homes.npm));
  say(consumerTable(consumers));
  say(costs);
  await mkdir(join(root, ".reports"), { recursive: true });
  await writeFile(join(root, ".reports/consumers.json"), `${JSON.stringify(consumers, null, 2)}\n`);
} catch (error) {
  process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await rm(work, { recursive: true, force: true });
}

function say(lines: readonly string[]): void {
  process.stdout.write(`\n${lines.join("\n")}\n`);
}
