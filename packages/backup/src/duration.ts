export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** The largest first. */
const units: ReadonlyMap<string, number> = new Map([
  ["d", DAY_MS],
  ["h", HOUR_MS],
  ["min", MINUTE_MS],
  ["s", 1_000],
]);

/** A span of elapsed time for a message: the two largest units that matter, `3h 20min`, `45s`, `0s`. */
export function showDuration(ms: number): string {
  let rest = Math.max(0, Math.round(ms / 1_000) * 1_000);
  const parts: string[] = [];
  for (const [unit, length] of units) {
    const count = Math.floor(rest / length);
    rest -= count * length;
    if (count > 0) parts.push(`${count}${unit}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.length === 0 ? "0s" : parts.join(" ");
}

/**
 * Reads `1d12h`, `90min`: whole numbers of `d`, `h`, `min`, `s`, each once. In milliseconds; undefined when it
 * cannot be read or is zero. A plain `m` is refused, since in retention spans it means months.
 */
export function parseInterval(text: string): number | undefined {
  if (!/^(?:\d+(?:d|h|min|s))+$/.test(text)) return undefined;
  const seen = new Set<string>();
  let milliseconds = 0;
  for (const [, amount, unit = ""] of text.matchAll(/(\d+)(d|h|min|s)/g)) {
    if (seen.has(unit)) return undefined;
    seen.add(unit);
    milliseconds += Number(amount) * (units.get(unit) ?? 0);
  }
  return Number.isSafeInteger(milliseconds) && milliseconds > 0 ? milliseconds : undefined;
}
