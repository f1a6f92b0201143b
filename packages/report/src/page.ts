import { hash } from "node:crypto";
import type { BackupReport } from "@polyvol/backup";
import { Html, html, name } from "./html.ts";
import { costSection } from "./sections/cost.ts";
import { restoresSection, runsSection, unprotectedSection } from "./sections/history.ts";
import { offsiteSection } from "./sections/offsite.ts";
import { outlookSection } from "./sections/outlook.ts";
import { overview } from "./sections/overview.ts";
import { daysSection, volumesSection } from "./sections/volumes.ts";
import { STYLE } from "./style.ts";

/** How the page is made. */
export interface ReportPageOptions {
  /** Title of the page. Default `Backups`. */
  readonly title?: string | undefined;
}

/** What the page may do: show itself, with this style sheet. It has no script and asks nobody for anything. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${hash("sha256", STYLE, "base64")}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

const LINKS = [
  ["days", "Day by day"],
  ["volumes", "Volumes"],
  ["outlook", "A month from now"],
  ["restores", "Restores and drills"],
  ["offsite", "Off-site"],
  ["cost", "Size and cost"],
  ["unprotected", "What nobody backs up"],
  ["runs", "The last runs"],
] as const;

/**
 * A report as one page of HTML: pictures and tables, with no script, no request to anywhere, and a content security
 * policy that forbids both. Whatever a provider, a configuration or a record says in it is escaped.
 *
 * Up to 60 volumes each have a row and a picture of their own; of more, those with the same history share them.
 */
export function renderReportPage(report: BackupReport, options: ReportPageOptions = {}): string {
  const { title = "Backups" } = options;
  const sections = html`${daysSection(report)}
${volumesSection(report)}
${outlookSection(report)}
${restoresSection(report)}
${offsiteSection(report)}
${costSection(report)}
${unprotectedSection(report)}
${runsSection(report)}`;
  const links = LINKS.filter(([id]) => sections.text.includes(`id="${id}"`));
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="Polyvol">
<title>${title}: ${report.sentence}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<main>
${overview(report)}
<nav aria-label="Sections"><ul>${links.map(([id, text]) => html`<li><a href="#${id}">${text}</a></li>`)}</ul></nav>
${sections}
</main>
<footer>${name(title)}, made by Polyvol for ${report.now}. The data behind this page: <code>polyvol backup report -o json</code>.</footer>
</body>
</html>
`.text;
}
