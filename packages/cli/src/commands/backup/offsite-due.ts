import type { Policy, RunReport } from "@polyvol/backup";
import { countText } from "../../output/format.ts";
import { isQuiet, writeNote } from "../../output/streams.ts";

/**
 * Says after a run how many volumes are due to leave their cloud: a run does not take them, since that is done on a server
 * of theirs. Where no record was given, or it cannot be read, nobody knows, and nothing is said.
 */
export async function noteOffsiteDue(
  report: RunReport,
  policies: readonly Policy[],
  file: string | undefined,
): Promise<void> {
  if (file === undefined || isQuiet() || policies.every(({ offsite }) => offsite === undefined)) return;
  const backup = await import("@polyvol/backup");
  const record = await backup.readRecord(file).catch(() => undefined);
  const due = record === undefined ? [] : backup.offsiteDue(report, policies, record);
  if (due.length === 0) return;
  const verb = due.length === 1 ? "is" : "are";
  writeNote(
    `${countText(due.length, "volume")} ${verb} due off-site: polyvol backup offsite takes them there.\n`,
  );
}
