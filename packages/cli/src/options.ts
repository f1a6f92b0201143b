import { type Command, InvalidArgumentError } from "commander";

/** `min` is what policies say, whose `m` could be a month. Of two units, one that the other begins with comes behind it. */
const MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  min: 60_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const GIB: Readonly<Record<string, number>> = { "": 1, G: 1, GIB: 1, T: 1024, TIB: 1024 };

/** Options as commander reads them, the global ones among them. */
export type Options = Readonly<Record<string, unknown>>;

/** Options of a command that takes the name of a volume. */
export interface RegionOptions extends Options {
  /** Where the name is looked for; by default the cloud's own region comes first. */
  readonly region?: string;
}

/** Options of a command that takes snapshots, by id or by the name that they have on a volume. */
export interface SnapshotOptions extends RegionOptions {
  readonly volume?: string;
}

/** Options of a command that lists resources. */
export interface ListOptions extends RegionOptions {
  readonly name?: string;
  readonly tag?: Readonly<Record<string, string>>;
  readonly limit?: number;
  readonly sort?: string;
}

/** Options of a command that creates a resource. */
export interface CreationOptions extends RegionOptions {
  readonly description?: string;
  readonly tag?: Readonly<Record<string, string>>;
  /** False with `--no-wait`. */
  readonly wait: boolean;
}

/** Options of a command by which something is lost. */
export interface DeletionOptions extends RegionOptions {
  /** Do not ask. */
  readonly yes?: boolean;
  /** Delete also what is held. */
  readonly held?: boolean;
}

/** Adds `--region` to a command that takes the name of a volume. */
export function withRegion(command: Command): Command {
  return command.option(
    "--region <region>",
    "region of the volume, by name; default: the cloud's region first",
  );
}

/** Adds `--volume` to a command that takes snapshots by id or name. */
export function withVolume(command: Command): Command {
  return command.option("--volume <volume>", "id or name of the volume, to name its snapshots by name");
}

/** Adds the options that every list of resources has. */
export function withListOptions(command: Command): Command {
  return command
    .option("--name <name>", "exact name; a pattern such as app-* is none")
    .option("--tag <key=value>", "only with this tag (repeatable)", tag)
    .option("--limit <n>", "at most so many of each cloud, in the provider's order", count)
    .option(...SORT);
}

/** `--sort` of the commands that show a list. */
export const SORT = [
  "--sort <column>",
  "by this column of the wide table; with - before it, the other way round",
] as const;

/** Collects the values of an option that may be repeated. */
export function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}

/** An amount and its unit, as a pattern. */
const SPAN = `(\\d+(?:\\.\\d+)?)(${Object.keys(MS).join("|")})`;

/** `90s`, `15m`, `1h30min`, `7d` in whole milliseconds. @throws InvalidArgumentError */
export function duration(text: string): number {
  if (!new RegExp(`^(?:${SPAN})+$`).test(text)) {
    throw new InvalidArgumentError("Give a time such as 90s, 15m or 1h30m.");
  }
  let total = 0;
  for (const [, amount, unit] of text.matchAll(new RegExp(SPAN, "g"))) {
    total += Number(amount) * (MS[unit ?? ""] ?? 0);
  }
  // Of 1.005s the product is a little less than 1,005.
  const ms = Math.round(total);
  if (ms > 0) return ms;
  throw new InvalidArgumentError("Give a time above 0.");
}

/** A {@link duration} that is not shorter than `least`, as it is typed. */
export function durationFrom(least: string): (text: string) => number {
  return (text) => {
    const ms = duration(text);
    if (ms >= duration(least)) return ms;
    throw new InvalidArgumentError(`Give a time from ${least}.`);
  };
}

/** `20`, `20GiB`, `2TiB` in GiB. @throws InvalidArgumentError */
export function size(text: string): number {
  const [, amount = "", unit = ""] = /^(\d+)\s*(G|GiB|T|TiB)?$/i.exec(text) ?? [];
  const factor = GIB[unit.toUpperCase()];
  if (amount === "" || factor === undefined || Number(amount) === 0) {
    throw new InvalidArgumentError("Give a whole size such as 20, 20GiB or 2TiB.");
  }
  return Number(amount) * factor;
}

/** An ISO 8601 date and time with an offset. @throws InvalidArgumentError */
export function instant(text: string): Date {
  const time = new Date(text);
  const [, day = ""] = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d.*(Z|[+-]\d\d:\d\d)$/.exec(text) ?? [];
  // The platform lets 30 February run over into March: what is newer would be taken than was asked for.
  const isDay = day !== "" && new Date(day).toJSON()?.startsWith(day) === true;
  if (isDay && !Number.isNaN(time.getTime())) return time;
  throw new InvalidArgumentError("Give a date and time with an offset or Z, such as 2026-11-21T03:00:00Z.");
}

/** The id of a server. @throws InvalidArgumentError */
export function serverId(text: string): string {
  if (text !== "") return text;
  throw new InvalidArgumentError("Give the id of a server.");
}

/** The path of a file. @throws InvalidArgumentError */
function file(text: string): string {
  if (text !== "") return text;
  throw new InvalidArgumentError("Give the path of a file.");
}

/** Makes every option and argument that takes a file refuse an empty text, before anything is done. */
export function refuseEmptyPaths(command: Command): void {
  for (const option of command.options) {
    if (option.flags.includes("<file>") && option.parseArg === undefined) option.argParser(file);
  }
  for (const argument of command.registeredArguments) {
    if (argument.name() === "file" && argument.parseArg === undefined) argument.argParser(file);
  }
  for (const each of command.commands) refuseEmptyPaths(each);
}

/** A whole number from 1. @throws InvalidArgumentError */
export function count(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Give a whole number from 1.");
}

/** `KEY=VALUE`, repeatable; `KEY` alone has an empty value. @throws InvalidArgumentError */
export function tag(
  text: string,
  earlier: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const [key = "", ...value] = text.split("=");
  if (key === "") throw new InvalidArgumentError("Give a tag such as env=prod.");
  return { ...earlier, [key]: value.join("=") };
}

/** The same object without the keys whose value is `undefined`: what was not given is left to the library. */
export function omitUndefined<T extends object>(values: T): OmitUndefined<T> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as OmitUndefined<T>;
}

type OmitUndefined<T> = { [Key in keyof T as undefined extends T[Key] ? never : Key]: T[Key] } & {
  [Key in keyof T as undefined extends T[Key] ? Key : never]?: Exclude<T[Key], undefined>;
};
