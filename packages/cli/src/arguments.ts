import { InvalidArgumentError } from "commander";

const MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const GIB: Readonly<Record<string, number>> = { "": 1, G: 1, GIB: 1, T: 1024, TIB: 1024 };

/** Gathers the values of an option that may be repeated. */
export function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}

/** `90s`, `15m`, `1h30m` in milliseconds. */
export function duration(text: string): number {
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) {
    throw new InvalidArgumentError("Give a time such as 90s, 15m or 1h30m.");
  }
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) {
    total += Number(amount) * (MS[unit ?? ""] ?? 0);
  }
  if (total > 0) return total;
  throw new InvalidArgumentError("Give a time above 0.");
}

/** `20`, `20GiB`, `2TiB` in GiB. */
export function size(text: string): number {
  const [, amount = "", unit = ""] = /^(\d+)\s*(G|GiB|T|TiB)?$/i.exec(text) ?? [];
  const factor = GIB[unit.toUpperCase()];
  if (amount === "" || factor === undefined || Number(amount) === 0) {
    throw new InvalidArgumentError("Give a whole size such as 20, 20GiB or 2TiB.");
  }
  return Number(amount) * factor;
}

/** An ISO 8601 date and time with an offset. */
export function instant(text: string): Date {
  const time = new Date(text);
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d.*(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(time.getTime()))
    return time;
  throw new InvalidArgumentError("Give a date and time with an offset or Z, such as 2026-11-21T03:00:00Z.");
}

/** A whole number from 1. */
export function count(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Give a whole number from 1.");
}

/** `KEY=VALUE`, repeatable; `KEY` alone has an empty value. */
export function tag(
  text: string,
  earlier: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const [key = "", ...value] = text.split("=");
  if (key === "") throw new InvalidArgumentError("Give a tag such as env=prod.");
  return { ...earlier, [key]: value.join("=") };
}
