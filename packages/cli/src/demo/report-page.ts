import { backupReport, type RecordEntry } from "@polyvol/backup";
import { connect } from "@polyvol/config";
import { renderReportPage } from "@polyvol/report";
import { writeWhole } from "../output/whole-file.ts";
import type { Operator } from "./operator.ts";

/** Writes the page of `polyvol backup report` for what the demo has left behind. */
export async function writeDemoPage(
  { config, policies, clock, abortSignal }: Operator,
  entries: readonly RecordEntry[],
  file: string,
): Promise<void> {
  const clouds = await connect(config, { clock });
  const record = { entries, aside: [] };
  const report = await backupReport(policies, clouds, new Date(clock.now()), { record, abortSignal });
  await writeWhole(file, renderReportPage(report, { title: "Backups of the demo" }));
}
