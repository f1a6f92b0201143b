import type { BackupReport, ReportedCost, SnapshotPrice } from "@polyvol/backup";
import { barPicture } from "../charts/bars.ts";
import { figure, scrolled, section, type TableColumn, table } from "../charts/figure.ts";
import { countText, moneyText, numberText, sizeText } from "../format.ts";
import { type Html, html, name } from "../html.ts";

const BASES = {
  stated: "the provider states for each snapshot how many GiB it charges for",
  partly: "the provider states for some snapshots how many GiB it charges for, and for others not",
  unknown: "not known: the provider does not state what it charges for",
  nothing_there: "there is no snapshot to tell it by",
} as const;

const MOST_VOLUMES = 25;

interface CostRow {
  readonly what: string;
  readonly cloud: string;
  readonly cost: ReportedCost | undefined;
  readonly price: SnapshotPrice | undefined;
}

/** What snapshots take and cost, by policy and by volume. */
export function costSection({ clouds, policies, volumes }: BackupReport): Html {
  const prices = new Map(clouds.map(({ cloud, price }) => [cloud, price]));
  const rows: readonly CostRow[] = [
    ...policies.map(({ policyId, cloud, cost }) => ({
      what: `policy ${policyId}`,
      cloud,
      cost,
      price: prices.get(cloud),
    })),
    ...clouds.map(({ cloud, cost, price }) => ({ what: "all snapshots", cloud, cost, price })),
  ];
  const caption = "GiB that are charged for";
  const picture = barPicture(
    rows.map(({ what, cloud, cost }) => {
      const label = `${what} · ${cloud}`;
      if (cost === undefined) return { label, bars: [], note: "not seen" };
      if (cost.snapshots > 0 && cost.unstated === cost.snapshots)
        return { label, bars: [], note: "not stated by the provider" };
      return { label, bars: [{ kind: "first", value: cost.billableGiB, text: sizeText(cost.billableGiB) }] };
    }),
    caption,
  );
  const largest = volumes
    .toSorted((a, b) => b.cost.billableGiB - a.cost.billableGiB)
    .slice(0, MOST_VOLUMES)
    .map(({ volumeName, cloud, cost }) => ({ what: volumeName, cloud, cost, price: prices.get(cloud) }));
  return section(
    "cost",
    "Size and cost",
    html`<ul class="plain">${clouds.map(({ cloud, billing, price }) => html`<li>${name(cloud)}: ${billing === undefined ? "not seen" : BASES[billing]}${price === undefined ? "; the configuration gives no price" : `; ${price.perGiBMonth} ${price.currency} for a GiB and month, from the configuration`}.</li>`)}</ul>
${figure(picture, caption, table("Snapshots by policy and cloud", COLUMNS, rows))}
${
  largest.length > 0 &&
  html`<details><summary>${volumes.length > MOST_VOLUMES ? `The ${MOST_VOLUMES} volumes whose snapshots take most` : "By volume"}</summary>${scrolled("Snapshots by volume", table("Snapshots by volume", COLUMNS, largest))}</details>`
}`,
  );
}

const COLUMNS: readonly TableColumn<CostRow>[] = [
  { title: "what", cell: ({ what }) => name(what) },
  { title: "cloud", cell: ({ cloud }) => name(cloud) },
  {
    title: "snapshots",
    cell: ({ cost }) => (cost === undefined ? "not seen" : numberText(cost.snapshots)),
    numeric: true,
  },
  { title: "billed for", cell: ({ cost }) => sizeOf(cost), numeric: true },
  { title: "a month", cell: ({ cost, price }) => moneyOf(cost, price), numeric: true },
];

function sizeOf(cost: ReportedCost | undefined): string {
  if (cost === undefined) return "not seen";
  if (cost.unstated === 0) return sizeText(cost.billableGiB);
  if (cost.unstated === cost.snapshots) return "not stated";
  return `${sizeText(cost.billableGiB)}, and ${countText(cost.unstated, "snapshot")} not stated`;
}

function moneyOf(cost: ReportedCost | undefined, price: SnapshotPrice | undefined): string {
  if (price === undefined) return "no price given";
  return cost?.perMonth === undefined ? "not known" : moneyText(cost.perMonth, price.currency);
}
