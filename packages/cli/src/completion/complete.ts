import { readFile, stat } from "node:fs/promises";
import type { Command } from "commander";
import { writeOutput } from "../output/streams.ts";
import { type Candidate, type ConfiguredNames, findCandidates } from "./candidates.ts";

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
