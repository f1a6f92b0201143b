/** Prints rows of figures under a title; the documentation quotes what comes out. */
export function printTable(title: string, rows: Readonly<Record<string, object>>): void {
  const entries = Object.entries(rows);
  const columns = Object.keys(entries[0]?.[1] ?? {});
  const cells = [
    ["", ...columns],
    ...entries.map(([name, row]) => [
      name,
      ...columns.map((column) => String((row as Record<string, unknown>)[column])),
    ]),
  ];
  const widths =
    cells[0]?.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = cells.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  "),
  );
  process.stdout.write(`\n${title}\n${lines.join("\n")}\n`);
}
