import { DAY_MS } from "../duration.ts";
import { remembering } from "../remember.ts";

/** A time zone of the platform's own data (the IANA database inside ICU). */
export interface Zone {
  readonly name: string;
  /** Local time minus UTC at this instant; both in milliseconds. Exact to the second, before standard time too. */
  offsetAt(instant: number): number;
}

const zones = new Map<string, Zone>();

/** Before this, every zone has one constant offset (local mean time), and calendars are awkward to format. */
const EARLIEST = Date.UTC(1800, 0, 1);
const SECOND = 1000;

/** What a time zone is given by, in words. */
export const TIME_ZONE_NAME = 'an IANA time zone name such as "Europe/Berlin" or "UTC"';

/** The names that the platform lists; it takes others, too. */
export function knownTimeZones(): readonly string[] {
  return ["UTC", ...Intl.supportedValuesOf("timeZone")];
}

/** Whether the text is an IANA time zone name that this platform knows. Fixed offsets (`+02:00`) are not names. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  if (zones.has(name)) return true;
  try {
    new Intl.DateTimeFormat("en-US", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The zone of that name; throws a RangeError when there is none. */
export function zoneNamed(name: string): Zone {
  const known = zones.get(name);
  if (known !== undefined) return known;
  const zone = createZone(name);
  zones.set(name, zone);
  return zone;
}

function createZone(name: string): Zone {
  const two = "2-digit";
  const clock = new Intl.DateTimeFormat("en-US", {
    timeZone: name,
    calendar: "gregory",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: two,
    day: two,
    hour: two,
    minute: two,
    second: two,
  });
  // The slots of a fleet are the same few instants, over and over.
  const offsetOf = remembering((second: number) => {
    const fields = clock.format(second).match(/\d+/g) ?? [];
    const [month = 0, day = 0, year = 0, hour = 0, minute = 0, seconds = 0] = fields.map(Number);
    return Date.UTC(year, month - 1, day, hour, minute, seconds) - second;
  });
  return {
    name,
    offsetAt: (instant) => offsetOf(Math.floor(Math.max(instant, EARLIEST) / SECOND) * SECOND),
  };
}

/**
 * The instant at which the clock of the zone shows `wall` (a local time written as if it were UTC milliseconds).
 * A time that occurs twice is its first occurrence; a time that is skipped is read by the offset before the gap,
 * so it moves forward by the length of the gap. This is what RFC 5545 and Temporal ("compatible") do.
 */
export function instantOf(wall: number, zone: Zone): number {
  const before = zone.offsetAt(wall - DAY_MS);
  const after = zone.offsetAt(wall + DAY_MS);
  if (before === after || zone.offsetAt(wall - before) === before) return wall - before;
  return zone.offsetAt(wall - after) === after ? wall - after : wall - before;
}
