import { type Html, html } from "../html.ts";

/** So many rows of a table are shown. */
const MOST_ROWS = 500;

/** A picture, and the same as a table: for people who do not see it, and for those who want the figures. */
export function figure(picture: Html, caption: string, table: Html): Html {
  return html`<figure>
${scrolled(`${caption} (picture)`, picture)}
<figcaption>${caption}</figcaption>
<details class="as-table"><summary>The same as a table</summary>
${scrolled(`${caption} (table)`, table)}</details>
</figure>
`;
}

/** What may be wider than the page, and is then moved by itself. */
export function scrolled(label: string, content: Html): Html {
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${label}">${content}</div>`;
}

/** A table that may be wider than the page, of the first rows at most; nothing where there are none. */
export function scrolledTable<Row>(
  label: string,
  caption: string,
  columns: readonly TableColumn<Row>[],
  rows: readonly Row[],
): Html {
  if (rows.length === 0) return html``;
  const told = rows.length > MOST_ROWS ? `The first ${MOST_ROWS}; all are in the data (-o json)` : caption;
  return scrolled(label, table(told, columns, rows.slice(0, MOST_ROWS)));
}

/** A section of the page, with the heading that the list of sections leads to. */
export function section(id: string, title: string, content: Html): Html {
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>
${content}</section>`;
}

/** An `svg` element of this size in its own units; it grows and shrinks with the page. */
export function drawing(
  { width, height, label }: { width: number; height: number; label: string },
  content: readonly Html[],
): Html {
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">${content}</svg>`;
}

/** A column of a table. */
export interface TableColumn<Row> {
  readonly title: string;
  readonly cell: (row: Row) => Html | string | number | undefined;
  readonly numeric?: boolean;
}

/** A table with a caption. The first column names its row. */
export function table<Row>(
  caption: string,
  columns: readonly TableColumn<Row>[],
  rows: readonly Row[],
): Html {
  const [first, ...others] = columns;
  if (first === undefined) return html``;
  return html`<table><caption>${caption}</caption><thead><tr>${columns.map(
    ({ title, numeric }) =>
      html`<th scope="col" class="${numeric === true ? "number" : "text"}">${title}</th>`,
  )}</tr></thead><tbody>${rows.map(
    (row) =>
      html`<tr><th scope="row">${first.cell(row)}</th>${others.map(({ cell, numeric }) =>
        numeric === true ? html`<td class="number">${cell(row)}</td>` : html`<td>${cell(row)}</td>`,
      )}</tr>\n`,
  )}</tbody></table>`;
}

/** A length in a drawing, to a tenth. */
export function rounded(length: number): number {
  return Math.round(length * 10) / 10;
}
