/** One value with the labels that tell it apart. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A gauge: a value that goes up and down, under one name. */
export interface Gauge {
  /** With its unit at the end, where it has one. */
  readonly name: string;
  /** What it says, in one sentence. */
  readonly help: string;
  /** The unit that the name ends with. */
  readonly unit?: "seconds";
  readonly samples: readonly Sample[];
}

/**
 * The text that Prometheus, the textfile collector of node_exporter and OpenMetrics all read. A gauge without samples is
 * left out: what is unknown has no value.
 */
export function expositionOf(gauges: readonly Gauge[]): string {
  const lines: string[] = [];
  for (const { name, help, unit, samples } of gauges) {
    if (samples.length === 0) continue;
    lines.push(`# HELP ${name} ${escaped(help)}`, `# TYPE ${name} gauge`);
    if (unit !== undefined) lines.push(`# UNIT ${name} ${unit}`);
    for (const { labels, value } of samples) lines.push(`${name}${labelsText(labels)} ${value}`);
  }
  return `${[...lines, "# EOF"].join("\n")}\n`;
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  const texts = Object.entries(labels).map(
    ([name, value]) => `${name}="${escaped(value).replaceAll('"', '\\"')}"`,
  );
  return texts.length === 0 ? "" : `{${texts.join(",")}}`;
}

function escaped(text: string): string {
  // A line may not end inside of a value, and lone halves of a character are no UTF-8.
  return text.toWellFormed().replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}
