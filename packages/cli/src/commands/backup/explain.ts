import type { RetentionExplanation } from "@polyvol/backup";
import type { Command } from "commander";
import { examples, type MakeAction } from "../../command.ts";
import type { Context } from "../../context.ts";
import type { Options } from "../../options.ts";
import { countText } from "../../output/format.ts";
import { type Renderers, writeResult } from "../../output/result.ts";
import { readJson, withFileNames } from "./json-files.ts";

export function addExplain(backup: Command, action: MakeAction): void {
  backup
    .command("explain")
    .description("show what a retention policy keeps of given snapshots; needs no cloud")
    .requiredOption("--policy <file>", "JSON file with the keys of a retention policy")
    .requiredOption("--snapshots <file>", 'JSON file: [{ "id", "time", "volume"?, "tags"? }]')
    .addHelpText(
      "after",
      examples("polyvol backup explain --policy policy.json --snapshots snapshots.json -o json"),
    )
    .action(action(explain));
}

interface ExplainOptions extends Options {
  readonly policy: string;
  readonly snapshots: string;
}

async function explain(context: Context, options: ExplainOptions): Promise<void> {
  const { explainRetention } = await import("@polyvol/backup");
  const policy = await readJson(options.policy, "the keys of a retention policy");
  const snapshots = await readJson(options.snapshots, "a list of snapshots");
  const files = { policy: options.policy, snapshots: options.snapshots };
  const explanation = await withFileNames(files, () => explainRetention(policy, snapshots));
  await writeResult(context.output, explanation, (render) => view(explanation, render));
}

function view({ kept, removed }: RetentionExplanation, { table }: Renderers): string {
  const rows = [
    ...kept.map(({ id, reasons }) => ({ id, kept: true, why: reasons.join("; ") })),
    ...removed.map(({ id }) => ({ id, kept: false, why: "no rule keeps it" })),
  ];
  const summary = `${countText(rows.length, "snapshot")}: ${kept.length} kept, ${removed.length} removed.\n`;
  if (rows.length === 0) return summary;
  const lines = table(rows, [
    { title: "id", text: ({ id }) => id },
    {
      title: "fate",
      text: (row) => (row.kept ? "kept" : "removed"),
      tone: (row) => (row.kept ? "good" : "bad"),
    },
    { title: "why", text: ({ why }) => why, flexible: true },
  ]);
  return `${lines}\n${summary}`;
}
