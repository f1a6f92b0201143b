import type { Command } from "commander";
import { writeOutput } from "../output/streams.ts";
import { type Candidate, type Completion, findCandidates } from "./candidates.ts";
import { namesInFile } from "./configured-names.ts";

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
  if (shell !== "bash") {
    write(await findCandidates(program, before, typed, namesInFile), lineFor(shell));
    return 0;
  }
  // Bash takes `--output=json` apart at the equals sign, and wants only what stands behind it.
  const [words, current] = rejoin(before, typed);
  const skipped = current === typed ? 0 : current.lastIndexOf("=") + 1;
  write(await findCandidates(program, words, current, namesInFile), ({ value }) => value.slice(skipped));
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

function write(completion: Completion, line: (candidate: Candidate) => string): void {
  const words = completion.kind === "words" ? completion.words : [];
  writeOutput(`${words.map((each) => `${line(each)}\n`).join("")}:${completion.kind}\n`);
}
