import type { BackupReport, ReportedCloud, ReportedPolicy } from "@polyvol/backup";
import { barPicture } from "../charts/bars.ts";
import { figure, scrolled, section, table } from "../charts/figure.ts";
import { countText, numberText } from "../format.ts";
import { type Html, html, name } from "../html.ts";

/** What there will be a month from now, against the limits of the providers. */
export function outlookSection({ clouds, policies }: BackupReport): Html {
  if (policies.length === 0) return html``;
  const caption =
    "The volume of each cloud that has most snapshots: now, in a month, and the provider's limit (the line)";
  const cloudRows = clouds.map(({ cloud, fullest, snapshotsPerVolume: limit }) => ({
    label: cloud,
    bars:
      fullest === undefined
        ? []
        : ([
            { kind: "first", value: fullest.now, text: `${fullest.now} now` },
            {
              kind: "second",
              value: fullest.inAMonth,
              text: `${fullest.inAMonth} in a month${limitText(limit)}`,
            },
          ] as const),
    ...(typeof limit === "number" ? { mark: { value: limit, text: `limit ${limit}` } } : {}),
    ...(fullest === undefined ? { note: "not seen" } : {}),
  }));
  const cloudTable = table<ReportedCloud>(
    "Snapshots of the fullest volume",
    [
      { title: "cloud", cell: ({ cloud }) => name(cloud) },
      { title: "now", cell: ({ fullest }) => fullest?.now ?? "not seen", numeric: true },
      { title: "in a month", cell: ({ fullest }) => fullest?.inAMonth ?? "not seen", numeric: true },
      {
        title: "limit",
        cell: ({ snapshotsPerVolume }) =>
          snapshotsPerVolume === "unknown" ? "not documented" : (snapshotsPerVolume ?? "not seen"),
        numeric: true,
      },
    ],
    clouds,
  );
  const policyTable = table<ReportedPolicy>(
    "Good snapshots of each policy",
    [
      { title: "policy", cell: ({ policyId }) => name(policyId) },
      { title: "cloud", cell: ({ cloud }) => name(cloud) },
      { title: "schedule", cell: ({ schedule, timezone }) => name(`${schedule} (${timezone})`) },
      { title: "keeps", cell: ({ rules }) => name(rules) },
      { title: "volumes", cell: ({ volumes }) => shown(volumes), numeric: true },
      { title: "now", cell: ({ snapshots }) => shown(snapshots), numeric: true },
      { title: "in a month", cell: ({ inAMonth }) => shown(inAMonth), numeric: true },
    ],
    policies,
  );
  return section(
    "outlook",
    "A month from now",
    html`<p>By the rules, when every run comes on time. ${sums(policies)}</p>
${figure(barPicture(cloudRows, caption), caption, cloudTable)}
${scrolled("Policies", policyTable)}`,
  );
}

function shown(value: number | undefined): string {
  return value === undefined ? "not seen" : numberText(value);
}

function limitText(limit: ReportedCloud["snapshotsPerVolume"]): string {
  if (limit === "unknown") return "; no limit is documented";
  return limit === undefined ? "" : ` of ${limit}`;
}

function sums(policies: readonly ReportedPolicy[]): string {
  const sum = (of: (policy: ReportedPolicy) => number | undefined): number =>
    policies.reduce((total, policy) => total + (of(policy) ?? 0), 0);
  return `All policies together: ${countText(
    sum(({ snapshots }) => snapshots),
    "snapshot",
  )} now, ${numberText(sum(({ inAMonth }) => inAMonth))} then.`;
}
