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

const INSTANT =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?(?:[Zz]|([+-])(\d{2}):?(\d{2})?)$/;

/**
 * Reads an ISO 8601 date and time with an offset or Z: `2026-11-21T03:14:00+01:00`. Undefined when it is not one,
 * has no offset, or names a day or time that does not exist (30 February, 24:30). Finer than a millisecond is cut.
 */
export function parseInstant(text: string): Date | undefined {
  const match = INSTANT.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second = "00", fraction = "", sign, offsetHours, offsetMinutes] =
    match;
  const milliseconds = fraction.slice(0, 3).padEnd(3, "0");
  const canonical = `${year}-${month}-${day}T${hour}:${minute}:${second}.${milliseconds}Z`;
  const wall = new Date(canonical);
  // The platform lets 30 February run over into March: only what reads back the same exists.
  if (Number.isNaN(wall.getTime()) || wall.toISOString() !== canonical) return undefined;
  const ahead = Number(offsetHours ?? 0) * 60 + Number(offsetMinutes ?? 0);
  if (ahead >= 24 * 60 || Number(offsetMinutes ?? 0) > 59) return undefined;
  return new Date(wall.getTime() - (sign === "-" ? -ahead : ahead) * MINUTE_MS);
}
