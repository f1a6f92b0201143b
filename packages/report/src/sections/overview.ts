import type { BackupReport } from "@polyvol/backup";
import { scrolled, section, table } from "../charts/figure.ts";
import { countText, instantText, moneyText, numberText, sizeText, spanText } from "../format.ts";
import { type Html, html, name } from "../html.ts";
import { FRESHNESS_ORDER, FRESHNESS_SIGNS } from "../states.ts";

const VERDICTS = {
  fresh: { sign: "✓", word: "All is well" },
  stale: { sign: "L", word: "Something is late" },
  failed: { sign: "!", word: "Needs attention" },
  empty: { sign: "–", word: "Nothing is backed up" },
} as const;

/** The verdict in one sentence, the figures behind it, and what is not known. */
export function overview(report: BackupReport): Html {
  const isEmpty = report.volumes.length === 0 && report.verdict === "fresh";
  const verdict = isEmpty ? "empty" : report.verdict;
  const { sign, word } = VERDICTS[verdict];
  return html`<header class="verdict ${verdict}">
<p class="mark"><span aria-hidden="true">${sign}</span></p>
<div><h1>${word}</h1>
<p class="sentence">${name(report.sentence)}</p>
<p class="when">As of ${instantText(report.now)} UTC</p></div>
</header>
<dl class="tiles">${tiles(report).map(
    ([term, value, note]) =>
      html`<div><dt>${term}</dt><dd>${value}${note !== "" && html` <small>${note}</small>`}</dd></div>`,
  )}</dl>
${report.unknown.length > 0 && section("unknown", "What is not known", html`<ul class="plain">${report.unknown.map((each) => html`<li>${name(each)}</li>`)}</ul>`)}
${problems(report)}`;
}

type Tile = readonly [term: string, value: string | Html, note: string];

function tiles(report: BackupReport): readonly Tile[] {
  const { counts, clouds, unprotected, unprotectedUnknown } = report;
  const standings = FRESHNESS_ORDER.filter((state) => counts[state] > 0 || state === "fresh").map(
    (state): Tile => [
      `${FRESHNESS_SIGNS[state].sign} ${FRESHNESS_SIGNS[state].word}`,
      numberText(counts[state]),
      "policies on volumes",
    ],
  );
  const seen = clouds.filter((cloud) => cloud.seen);
  const unseen = clouds.length - seen.length;
  const snapshots = seen.reduce((sum, { cost }) => sum + (cost?.snapshots ?? 0), 0);
  const blind = unseen === 0 ? "" : `${countText(unseen, "cloud")} not seen`;
  return [
    ...standings,
    ["volumes with a policy", numberText(report.volumes.length), blind],
    ["snapshots there", numberText(snapshots), blind],
    lastProven(report),
    [
      "without a policy",
      numberText(unprotected.length),
      unprotectedUnknown.length === 0
        ? "volumes that nothing backs up"
        : `not known of ${unprotectedUnknown.join(", ")}`,
    ],
    ["snapshots billed for", billed(report), ""],
  ];
}

function lastProven({ proofs: [newest], runs, now }: BackupReport): Tile {
  const term = "restore last proven";
  if (newest !== undefined) return [term, `${spanText(Date.parse(now) - Date.parse(newest.at))} ago`, ""];
  return runs === undefined
    ? [term, "not known", "no record was given"]
    : [term, "never", "in the time of the record"];
}

function billed({ clouds }: BackupReport): Html | string {
  const stated = clouds.filter(
    ({ cost, billing }) => cost !== undefined && (billing === "stated" || billing === "partly"),
  );
  if (stated.length === 0) {
    return clouds.some(({ billing }) => billing === "nothing_there") ? "nothing" : "not stated";
  }
  const gib = stated.reduce((sum, { cost }) => sum + (cost?.billableGiB ?? 0), 0);
  const sums = new Map<string, number>();
  for (const { cost, price } of stated) {
    if (cost?.perMonth !== undefined && price !== undefined)
      sums.set(price.currency, (sums.get(price.currency) ?? 0) + cost.perMonth);
  }
  const money = [...sums].map(([currency, sum]) => `${moneyText(sum, currency)} a month`);
  return html`${sizeText(gib)}${money.length > 0 && html` <small>${money.join(", ")}</small>`}`;
}

const EFFECTS = {
  nothing_done: "no snapshot is taken and none deleted there",
  nothing_deleted: "no snapshot is deleted there",
  attention: "all was done; it needs attention",
} as const;

const MOST_PROBLEMS = 100;

function problems({ problems: all }: BackupReport): Html {
  if (all.length === 0) return html``;
  const left = all.length - MOST_PROBLEMS;
  const told = table(
    left > 0
      ? `The first ${MOST_PROBLEMS}; ${left} more are in the data (-o json)`
      : "What could not be read or done",
    [
      {
        title: "where",
        cell: ({ cloud, policyId, volumeName, volumeId }) =>
          name(
            [cloud, policyId, volumeName ?? volumeId].filter((each) => each !== undefined).join(" · ") ||
              "all",
          ),
      },
      { title: "what", cell: ({ message }) => name(message) },
      { title: "code", cell: ({ code }) => code },
      { title: "effect", cell: ({ effect }) => EFFECTS[effect] },
    ],
    all.slice(0, MOST_PROBLEMS),
  );
  return section("problems", countText(all.length, "problem"), scrolled("Problems", told));
}
