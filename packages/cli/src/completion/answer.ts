import { out } from "../output/streams.ts";
import { createProgram } from "../program.ts";
import { type Candidate, type Completion, complete } from "./candidates.ts";
import { namesInFile } from "./configured-names.ts";

/** Answers the scripts of scripts.ts, as protocol.ts says. Takes what follows the first argument. */
export async function answer([shell = "", marked = "=", ...before]: readonly string[]): Promise<number> {
  const program = createProgram(() => undefined);
  const typed = marked.slice(1);
  if (shell !== "bash") {
    write(await complete(program, before, typed, namesInFile), format(shell));
    return 0;
  }
  // Bash takes `--output=json` apart at the equals sign, and wants only what stands behind it.
  const [words, current] = rejoin(before, typed);
  const skipped = current === typed ? 0 : current.lastIndexOf("=") + 1;
  write(await complete(program, words, current, namesInFile), ({ value }) => value.slice(skipped));
  return 0;
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

function format(shell: string): (candidate: Candidate) => string {
  if (shell === "zsh") {
    const escaped = (text: string): string => text.replaceAll(":", "\\:");
    return ({ value, about }) => (about === "" ? escaped(value) : `${escaped(value)}:${about}`);
  }
  return ({ value, about }) => (about === "" ? value : `${value}\t${about}`);
}

function write(completion: Completion, line: (candidate: Candidate) => string): void {
  const words = completion.kind === "words" ? completion.words : [];
  out(`${words.map((each) => `${line(each)}\n`).join("")}:${completion.kind}\n`);
}
