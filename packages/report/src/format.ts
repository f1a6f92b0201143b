/** `2026-11-21 03:00` of an ISO instant, in UTC. */
export function instantText(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)}`;
}

/** `12,345.6` */
export function numberText(value: number): string {
  return (Math.round(value * 10) / 10).toLocaleString("en");
}

/** `1 volume`, `3 volumes` */
export function countText(count: number, noun: string): string {
  return `${numberText(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** `1,234.50 USD` */
export function moneyText(value: number, currency: string): string {
  const text = value.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  return `${text} ${currency}`;
}

/** `20 GiB`, `1.5 TiB` */
export function sizeText(gib: number): string {
  return gib < 1024 ? `${numberText(gib)} GiB` : `${numberText(gib / 1024)} TiB`;
}

/** `512 B`, `1.4 GiB` */
export function bytesText(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"] as const;
  let value = bytes;
  let unit: string = units[0];
  for (const larger of units.slice(1)) {
    if (value < 1024) break;
    value /= 1024;
    unit = larger;
  }
  return `${numberText(value)} ${unit}`;
}

const UNITS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1_000],
] as const;

/** `3 days`, in the one unit that fits. */
export function spanText(ms: number): string {
  for (const [unit, length] of UNITS) {
    if (ms >= length) return countText(Math.floor(ms / length), unit);
  }
  return "0 seconds";
}

/** How long something took: `40 ms`, `1.4 s`, `3 min 20 s`. */
export function tookText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${numberText(ms / 1000)} s`;
  if (ms >= 3_600_000) return `${Math.floor(ms / 3_600_000)} h ${Math.floor((ms % 3_600_000) / 60_000)} min`;
  return `${Math.floor(ms / 60_000)} min ${Math.floor((ms % 60_000) / 1000)} s`;
}

/** The text, cut so that it fits where it is drawn. */
export function cut(text: string, most: number): string {
  const characters = Array.from(text);
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join("")}…`;
}
