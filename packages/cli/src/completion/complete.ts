import { readFile, stat } from "node:fs/promises";
import type { Argument, Command, Option } from "commander";
import { writeOutput } from "../output/streams.ts";

/**
 * Answers a shell whose user has pressed the tab key, in the form that `COMPLETE` in commands/completion.ts describes.
 * `args` are the words after `COMPLETE`.
 */
export async function complete(
  program: Command,
  [shell = "", marked = "=", ...before]: readonly string[],
): Promise<number> {
  const typed = marked.slice(1);
  if (before.includes("emulator")) await addEmulatorCommands(program);
  // Bash takes `--output=json` apart at the equals sign, and wants only what stands behind it.
  const [words, current] = shell === "bash" ? rejoin(before, typed) : [before, typed];
  const skipped = current === typed ? 0 : current.lastIndexOf("=") + 1;
  const line = shell === "bash" ? ({ value }: Candidate) => value.slice(skipped) : lineFor(shell);
  const completion = await findCandidates(program, words, current, namesInFile);
  const found = completion.kind === "words" ? completion.words : [];
  writeOutput(`${found.map((each) => `${line(each)}\n`).join("")}:${completion.kind}\n`);
  return 0;
}

/** Puts the emulators' own command line in the place of `emulator`, which only hands its arguments to it. */
async function addEmulatorCommands(program: Command): Promise<void> {
  const { createEmulatorCommand } = await import("@polyvol/emulators/command");
  const ignore = (): void => undefined;
  const emulator = createEmulatorCommand({ out: ignore, err: ignore, env: {}, untilStopped: async () => {} });
  const commands = program.commands as Command[];
  const index = commands.findIndex((each) => each.name() === "emulator");
  commands.splice(index, 1, emulator.name("emulator"));
}

function rejoin(before: readonly string[], typed: string): readonly [readonly string[], string] {
  const words: string[] = [];
  for (const word of [...before, typed]) {
    const last = words.at(-1);
    const joins = last?.startsWith("--") === true && (word === "=" || last.endsWith("="));
    if (joins) words[words.length - 1] = `${last}${word}`;
    else words.push(word);
  }
  return [words.slice(0, -1), words.at(-1) ?? ""];
}

function lineFor(shell: string): (candidate: Candidate) => string {
  if (shell === "zsh") {
    const escaped = (text: string): string => text.replaceAll(":", "\\:");
    return ({ value, description }) =>
      description === "" ? escaped(value) : `${escaped(value)}:${description}`;
  }
  return ({ value, description }) => (description === "" ? value : `${value}\t${description}`);
}

/** Names that no shell takes apart. */
const PLAIN = /^[\w.-]+$/;

/**
 * The names that stand in a configuration file. It is read for them and not checked, so that they come quickly and
 * also from a file that is not finished. A file that is code is not run.
 */
const namesInFile: ConfiguredNames = async (part, file) => {
  const text = await firstText(
    file === undefined
      ? (await import("@polyvol/config")).CONFIG_FILE_NAMES
      : [file].filter((name) => /\.(ya?ml|json)$/.test(name)),
  );
  if (text === undefined) return [];
  const { parse } = await import("yaml");
  try {
    const content = parse(text, { logLevel: "silent", merge: true }) as Readonly<
      Record<string, unknown>
    > | null;
    const names = content?.[part];
    if (typeof names !== "object" || names === null) return [];
    return Object.keys(names).filter((name) => PLAIN.test(name));
  } catch {
    return [];
  }
};

async function firstText(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) {
    try {
      if ((await stat(file)).isFile()) return await readFile(file, "utf8");
    } catch {
      // The next one, or none.
    }
  }
  return undefined;
}

/** A word that may stand where the cursor is. */
interface Candidate {
  readonly value: string;
  readonly description: string;
}

/** What may stand where the cursor is: some words, or the name of a file. */
type Completion =
  | { readonly kind: "files" }
  | { readonly kind: "words"; readonly words: readonly Candidate[] };

/** Names that only the configuration knows, of one of its parts. `file` is `--config`, where it is given. */
type ConfiguredNames = (part: "clouds" | "policies", file: string | undefined) => Promise<readonly string[]>;

const NOTHING: Completion = { kind: "words", words: [] };
/** What stands for a file in help texts: `<file>`. */
const FILE = "file";
/** The value of an option that is a path: `<file>`, `<files...>`, `[folder]`. */
const PATH = /[<[](?:files?|folder)(?:\.\.\.)?[\]>]/;

/**
 * What fits at the cursor. `before` are the words between the program's name and the cursor, `current` is what of the
 * word at the cursor has been typed.
 */
async function findCandidates(
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
