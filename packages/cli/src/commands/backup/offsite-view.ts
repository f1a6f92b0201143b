import type { OffsiteOutcome, OffsiteProgress, OffsiteReport, OffsiteVolume } from "@polyvol/backup";
import { bytesText, countText, instantText, nameOrId, secondsText } from "../../output/format.ts";
import { createProgress } from "../../output/progress.ts";
import type { Renderers } from "../../output/result.ts";
import { type Column, differIn } from "../../output/table.ts";
import type { Tone } from "../../output/terminal.ts";

/** In words, what a step does. */
const STAGES: Readonly<Record<OffsiteProgress["stage"], string>> = {
  restore: "making a temporary volume",
  attach: "attaching it",
  device: "waiting for its device",
  mount: "making it ready to be read",
  use: "the command runs",
  remove: "removing the temporary volume",
};

/** What is shown of a run while it works. */
export interface OffsiteView {
  onProgress(step: OffsiteProgress): void;
  onEnd(volume: OffsiteVolume): void;
  close(): void;
}

/** Shows the steps of each volume, and how it ended. */
export function showOffsite(): OffsiteView {
  const progress = createProgress();
  const keyOf = ({ cloud, volumeName, volumeId = "", policyId }: Partial<OffsiteVolume>): string =>
    `${volumeName || volumeId} on ${cloud}${policyId === undefined ? "" : `, policy ${policyId}`}`;
  return {
    onProgress: (step) => progress.update(keyOf(step), STAGES[step.stage]),
    onEnd(volume) {
      const { outcome, startedAt = "", finishedAt = "" } = volume;
      const took = secondsText(Date.parse(finishedAt) - Date.parse(startedAt));
      if (outcome === "done") progress.finish(keyOf(volume), `off-site in ${took}`);
      else progress.finish(keyOf(volume), "failed", "bad");
    },
    close: () => progress.close(),
  };
}

const WORDS: Readonly<Record<OffsiteOutcome, readonly [string, Tone]>> = {
  done: ["off-site", "good"],
  failed: ["failed", "bad"],
  not_due: ["not due", "note"],
  no_snapshot: ["no snapshot", "note"],
  elsewhere: ["elsewhere", "note"],
  left: ["left", "busy"],
};

const cloudOf = ({ cloud }: OffsiteVolume): string => cloud;
const policyOf = ({ policyId = "by hand" }: OffsiteVolume): string => policyId;

const COLUMNS: readonly Column<OffsiteVolume>[] = [
  { title: "cloud", text: cloudOf, rank: 1, needed: differIn(cloudOf) },
  { title: "volume", text: ({ volumeName, volumeId }) => nameOrId(volumeName, volumeId), whole: true },
  { title: "policy", text: policyOf, rank: 2, needed: differIn(policyOf) },
  { title: "result", text: ({ outcome }) => WORDS[outcome][0], tone: ({ outcome }) => WORDS[outcome][1] },
  {
    title: "data of",
    text: ({ snapshot }) => (snapshot === undefined ? "" : instantText(new Date(snapshot.takenAt))),
  },
  {
    title: "read",
    text: ({ command }) => (command?.bytesRead === undefined ? "" : bytesText(command.bytesRead)),
    align: "right",
    rank: 4,
  },
  // What failed is told below in full.
  {
    title: "why",
    text: ({ outcome, reason, command }) => {
      if (outcome === "failed") return "see below";
      if (outcome === "done") return command?.bytesRead === 0 ? "read nothing" : "";
      return reason;
    },
    cutTo: 20,
  },
  {
    title: "took",
    text: ({ command }) => (command === undefined ? "" : secondsText(command.durationMs)),
    align: "right",
    wide: true,
  },
  { title: "snapshot", text: ({ snapshot }) => snapshot?.name ?? "", wide: true },
  { title: "volume id", text: ({ volumeId }) => volumeId, wide: true },
];

/** The result for people. */
export function offsiteView(report: OffsiteReport, { table }: Renderers): string {
  const rows = report.volumes.length === 0 ? "" : `${table(report.volumes, COLUMNS)}\n`;
  return `${rows}${summaryOf(report)}\n`;
}

/** The result in one sentence. */
export function summaryOf({ volumes }: OffsiteReport): string {
  const told = (Object.keys(WORDS) as OffsiteOutcome[]).flatMap((outcome) => {
    const count = volumes.filter((each) => each.outcome === outcome).length;
    return count === 0 && outcome !== "done" && outcome !== "failed" ? [] : [`${count} ${WORDS[outcome][0]}`];
  });
  return `${countText(volumes.length, "volume")}: ${told.join(", ")}.`;
}
