/** What a service says may be anything; so long may it be within a message. */
const MOST = { name: 200, reason: 2_000, listed: 10, each: 100 };

/** Controls, marks of direction and others that are not seen, line ends of all kinds, halves of characters. */
const UNFIT = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const UNFIT_RUNS = /\s*[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+\s*/gu;

/**
 * Words from elsewhere, fit for a message, an event or a log: one line, without controls and marks of direction, of at
 * most `most` characters (default 2,000), and no character cut in half.
 */
export function fitWords(words: string, most: number = MOST.reason): string {
  // What is cut off need not be looked at.
  const start = words.length > 2 * most ? words.slice(0, 2 * most) : words;
  const line = (UNFIT.test(start) ? start.replace(UNFIT_RUNS, " ") : start).trim();
  if (line.length <= most && start === words) return line;
  return `${line.slice(0, most - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

/** A name or an id from elsewhere, as {@link fitWords} makes it, of at most 200 characters. */
export function fitName(name: string): string {
  return fitWords(name, MOST.name);
}

/** Names from elsewhere as a list: `a, b and 9,990 more`. */
export function listWords(words: readonly string[]): string {
  const shown = words.slice(0, MOST.listed).map((each) => fitWords(each, MOST.each));
  const more = words.length - shown.length;
  return `${shown.join(", ")}${more === 0 ? "" : ` and ${more.toLocaleString("en-US")} more`}`;
}

/** A value for an error message: short, on one line. */
export function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "string") return JSON.stringify(value.length > 80 ? `${value.slice(0, 77)}…` : value);
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "a list" : "an object";
  return typeof value === "function" ? "a function" : String(value);
}

/** What kind of value it is, without any of its content: for what may hold a secret. */
export function kindOf(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (typeof value === "string") return value === "" ? "an empty text" : "a text that is not shown here";
  if (typeof value === "object") return Array.isArray(value) ? "a list" : "an object";
  return `a ${typeof value}`;
}

/** A span for people, never less than it is: `350 ms`, `12 s`, `15 min`. */
export function showSpan(ms: number): string {
  if (ms < 1_000) return `${Math.ceil(ms)} ms`;
  if (ms < 120_000) return `${Math.ceil(ms / 100) / 10} s`;
  return `${Math.ceil(ms / 6_000) / 10} min`;
}
