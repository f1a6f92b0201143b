import type { BackupStatus, Freshness } from "../status/status.ts";
import type { BackupReport } from "./types.ts";

type Told = Pick<
  BackupReport,
  "now" | "verdict" | "clouds" | "volumes" | "unprotected" | "proofs" | "problems" | "runs"
>;

/** The verdict in one sentence. */
export function sentenceOf(report: Told): string {
  return `${standing(report)}; ${offsite(report)}${proof(report)}.`;
}

/** Which volumes have not left their cloud in time, where the record knows. */
function offsite({ volumes }: Told): string {
  const behind = volumes.filter(({ policies }) =>
    policies.some((each) => each.offsite?.state === "late" || each.offsite?.state === "never"),
  ).length;
  return behind === 0 ? "" : `${counted(behind, "volume")} ${behind === 1 ? "is" : "are"} late off-site; `;
}

function standing({ verdict, clouds, volumes, problems }: Told): string {
  const unseen = clouds.filter(({ seen }) => !seen).map(({ cloud }) => cloud);
  const blind = unseen.length === 0 ? "" : `${listed(unseen, "cloud")} could not be seen`;
  if (volumes.length === 0) {
    return blind === ""
      ? "Nothing is backed up: no policy chooses a volume"
      : `Nothing can be said: ${blind}`;
  }
  const worst = volumes.map(
    ({ policies }) => policies.map(({ freshness }) => freshness).sort(byNeed)[0] ?? "new",
  );
  const count = (state: Freshness): number => worst.filter((each) => each === state).length;
  const lacking = count("late") + count("missing");
  const all = counted(volumes.length, "volume");
  const missing = count("missing") === 0 ? "" : `, ${count("missing")} of them without any good snapshot`;
  const found =
    lacking > 0
      ? `${lacking} of ${all} ${lacking === 1 ? "lacks" : "lack"} the snapshot that is due${missing}`
      : nothingLacking(volumes);
  if (blind !== "")
    return `${blind.replace(/^c/, "C")}, so nothing is known of what is there; elsewhere ${lower(found)}`;
  const more = problems.length;
  return verdict === "failed"
    ? `${found}, but ${counted(more, "problem")} ${more === 1 ? "needs" : "need"} attention`
    : found;
}

/** None is late or missing; that is not to say that all are there. */
function nothingLacking(volumes: Told["volumes"]): string {
  const one = volumes.length === 1;
  const awaited = volumes.filter(({ policies }) =>
    policies.some(({ freshness, overdueMs }) => freshness === "new" || overdueMs > 0),
  ).length;
  if (awaited === 0)
    return `${one ? "The one volume" : `All ${volumes.length} volumes`} that policies choose ${one ? "has" : "have"} the snapshot that is due`;
  if (one) return "The one volume that policies choose is not late: its snapshot is still to come";
  const which = awaited === 1 ? "the snapshot of 1 is" : `the snapshots of ${awaited} are`;
  return `None of the ${volumes.length} volumes that policies choose is late: ${which} still to come`;
}

function proof({ proofs, runs, now }: Told): string {
  const [newest] = proofs;
  if (newest !== undefined) {
    return `a restore was last proven ${ago(Date.parse(now) - Date.parse(newest.at))}, of ${newest.volumeName ?? newest.volumeId}`;
  }
  return runs === undefined
    ? "whether a restore was ever proven is not known"
    : "no restore was proven in the time of the record";
}

/** What cannot be known, and what would change that. */
export function unknownOf(
  report: Pick<BackupReport, "clouds" | "record" | "unprotectedUnknown" | "runs">,
  status: BackupStatus,
): readonly string[] {
  const told: string[] = [];
  for (const { cloud, seen } of report.clouds) {
    if (!seen) told.push(`Cloud ${cloud} could not be seen: of its volumes and snapshots nothing is known.`);
  }
  if (report.record === undefined) {
    told.push(
      "Without a record (--record) it is not known when runs took place, what they could not do, and when drills proved " +
        "a restore; of a snapshot that is not there and that no rule would keep now, it is not known whether it was made.",
    );
    if (status.offsite !== undefined)
      told.push("Without a record it is not known either which volumes have been taken off-site, and when.");
  } else {
    const { since, aside } = report.record;
    told.push(
      since === undefined
        ? "The record has no entry yet."
        : `The record begins at ${since.slice(0, 16).replace("T", " ")} UTC: what was before is not in it.`,
    );
    for (const [reason, one, several] of ASIDE) {
      const count = aside.filter(({ why }) => why === reason).length;
      const left = `${counted(count, "line")} of the record ${count === 1 ? one : several}`;
      if (count > 0) told.push(`${left} and left aside.`);
    }
  }
  const byTags = report.unprotectedUnknown.filter((name) =>
    report.clouds.some((each) => each.cloud === name && each.seen),
  );
  if (byTags.length > 0) {
    told.push(
      `Which volumes nobody backs up is not known of ${listed(byTags, "cloud")}: tags cannot be seen there, and policies choose by them.`,
    );
  }
  for (const { cloud, billing } of report.clouds) {
    if (billing === "unknown" || billing === "partly") {
      const which = billing === "unknown" ? "any snapshot" : "some snapshots";
      told.push(
        `The provider of cloud ${cloud} does not state what it charges for ${which}: their cost is not known.`,
      );
    }
  }
  const unpriced = report.clouds.filter(({ billing, price }) => billing === "stated" && price === undefined);
  if (unpriced.length > 0) {
    const where = listed(
      unpriced.map(({ cloud }) => cloud),
      "cloud",
    );
    told.push(`The configuration gives no price for snapshots on ${where}: sizes are shown, costs are not.`);
  }
  if (status.volumes.length === 0 && told.length === 0) told.push("No policy chooses a volume.");
  return told;
}

/** Why lines of a record say nothing, of one and of several. */
const ASIDE = [
  ["cut", "was cut short", "were cut short"],
  ["newer", "is of a newer version of Polyvol", "are of a newer version of Polyvol"],
  ["foreign", "is none of Polyvol's", "are none of Polyvol's"],
] as const;

const NEED: readonly Freshness[] = ["missing", "late", "new", "fresh"];

function byNeed(a: Freshness, b: Freshness): number {
  return NEED.indexOf(a) - NEED.indexOf(b);
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function listed(names: readonly string[], noun: string): string {
  const all = names.length < 3 ? names.join(" and ") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
  return `${noun}${names.length === 1 ? "" : "s"} ${all}`;
}

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** `3 days ago`, in the one unit that fits. */
function ago(ms: number): string {
  const units = [
    ["day", 86_400_000],
    ["hour", 3_600_000],
    ["minute", 60_000],
  ] as const;
  for (const [unit, length] of units) {
    if (ms >= length) return `${counted(Math.floor(ms / length), unit)} ago`;
  }
  return "just now";
}
