import type { Argument, Command, Option } from "commander";

/** A word that may stand where the cursor is. */
export interface Candidate {
  readonly value: string;
  readonly description: string;
}

/** What may stand where the cursor is: some words, or the name of a file. */
type Completion =
  | { readonly kind: "files" }
  | { readonly kind: "words"; readonly words: readonly Candidate[] };

/** Names that only the configuration knows, of one of its parts. `file` is `--config`, where it is given. */
export type ConfiguredNames = (
  part: "clouds" | "policies",
  file: string | undefined,
) => Promise<readonly string[]>;

const NOTHING: Completion = { kind: "words", words: [] };
/** What stands for a file in help texts: `<file>`. */
const FILE = "file";
/** The value of an option that is a path: `<file>`, `<files...>`, `[folder]`. */
const PATH = /[<[](?:files?|folder)(?:\.\.\.)?[\]>]/;

/**
 * What fits at the cursor. `before` are the words between the program's name and the cursor, `current` is what of the
 * word at the cursor has been typed.
 */
export async function findCandidates(
  program: Command,
  before: readonly string[],
  current: string,
  names: ConfiguredNames,
): Promise<Completion> {
  const place = walk(program, before);
  const [, option, typed] = /^(--[^=]+)=(.*)$/s.exec(current) ?? [];
  if (place.pending !== undefined && !(place.mayEnd && current.startsWith("-")))
    return await valuesOf(place, place.pending, current, "", names);
  if (place.onlyArguments) return argumentsOf(place, current);
  if (option !== undefined && typed !== undefined) {
    const known = optionsOf(place.command).find(({ long }) => long === option);
    if (known === undefined || !takesValue(known)) return NOTHING;
    return await valuesOf(place, known, typed, `${option}=`, names);
  }
  if (current.startsWith("-")) {
    const words = optionsOf(place.command).flatMap(({ long, description }) =>
      typeof long === "string" ? [{ value: long, description }] : [],
    );
    return wordsOf(words, current);
  }
  return argumentsOf(place, current);
}

interface Place {
  readonly command: Command;
  /** Arguments of the command that stand before the cursor. */
  readonly argumentCount: number;
  /** The option whose value the cursor is at. */
  readonly pending: Option | undefined;
  /** It may do without a value, or has one already: what begins with a dash is the next option. */
  readonly mayEnd: boolean;
  /** After `--`. */
  readonly onlyArguments: boolean;
  readonly config: string | undefined;
}

/** Reads the words as the parser would. */
function walk(program: Command, before: readonly string[]): Place {
  let command = program;
  let argumentCount = 0;
  let pending: Option | undefined;
  let mayEnd = false;
  let onlyArguments = false;
  let config: string | undefined;
  for (const word of before) {
    if (mayEnd && word.startsWith("-")) pending = undefined;
    if (pending !== undefined) {
      if (pending.attributeName() === "config") config = word;
      mayEnd = pending.variadic;
      if (!pending.variadic) pending = undefined;
    } else if (word === "--" && !onlyArguments) {
      onlyArguments = true;
    } else if (word.startsWith("-") && !onlyArguments) {
      const [name = "", ...value] = word.split("=");
      const option = optionsOf(command).find((each) => each.long === name || each.short === name);
      if (option === undefined || !takesValue(option)) continue;
      if (value.length === 0) {
        pending = option;
        mayEnd = option.optional;
      } else if (option.attributeName() === "config") config = value.join("=");
    } else if (word !== "help") {
      const inner = command.commands.find((each) => each.name() === word);
      if (inner !== undefined && argumentCount === 0) command = inner;
      else argumentCount += 1;
    }
  }
  return { command, argumentCount, pending, mayEnd, onlyArguments, config };
}

/** The options that hold for a command: its own and those of the commands around it. */
function optionsOf(command: Command): readonly Option[] {
  const own = command.createHelp().visibleOptions(command);
  const outer = command.parent === null ? [] : optionsOf(command.parent);
  return [
    ...own,
    ...outer.filter(({ long }) => !own.some((each) => each.long === long) && long !== "--version"),
  ];
}

function takesValue({ required, optional }: Option): boolean {
  return required || optional;
}

async function valuesOf(
  { command, config }: Place,
  option: Option,
  typed: string,
  prefix: string,
  names: ConfiguredNames,
): Promise<Completion> {
  if (PATH.test(option.flags)) return { kind: "files" };
  let values: readonly string[] = option.argChoices ?? [];
  if (option.long === "--cloud") values = await names("clouds", config);
  if (option.long === "--policy" && command.parent?.name() === "backup")
    values = await names("policies", config);
  return wordsOf(
    values.map((value) => `${prefix}${value}`),
    `${prefix}${typed}`,
  );
}

function argumentsOf({ command, argumentCount }: Place, current: string): Completion {
  if (argumentCount === 0 && command.commands.length > 0) {
    const words = command
      .createHelp()
      .visibleCommands(command)
      .map((each) => ({ value: each.name(), description: each.description() }));
    return wordsOf(words, current);
  }
  const known: readonly Argument[] = command.registeredArguments;
  const last = known.at(-1);
  const argument = known[argumentCount] ?? (last?.variadic === true ? last : undefined);
  if (argument?.name() === FILE) return { kind: "files" };
  return wordsOf(argument?.argChoices ?? [], current);
}

/** Those words that begin with what has been typed; of values nothing is described. */
function wordsOf(words: readonly (Candidate | string)[], typed: string): Completion {
  const all = words.map((word) => (typeof word === "string" ? { value: word, description: "" } : word));
  return { kind: "words", words: all.filter(({ value }) => value.startsWith(typed)) };
}
