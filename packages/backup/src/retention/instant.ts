import { MINUTE_MS } from "../duration.ts";

const pattern =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?(?:[Zz]|([+-])(\d{2}):?(\d{2})?)$/;

/**
 * Reads an ISO 8601 date and time with an offset or Z: `2026-11-21T03:14:00+01:00`. Undefined when it is not one,
 * has no offset, or names a day or time that does not exist (30 February, 24:30). Finer than a millisecond is cut.
 */
export function parseInstant(text: string): Date | undefined {
  const match = pattern.exec(text);
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
