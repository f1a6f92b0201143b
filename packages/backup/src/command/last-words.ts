import type { ChildProcess } from "node:child_process";
import { setImmediate as nextTurn } from "node:timers/promises";

/** So many characters of each output of a command are kept for the message, from the end. */
const MOST_SAID = 500;
/** When a command has ended, what it wrote is read for at most so many turns: what it left behind may write for ever. */
const MOST_TURNS = 1_000;

/** Told what a command writes. */
export type CommandOutput = (text: string, stream: "stdout" | "stderr") => void;

/** The last words of a command on both outputs. */
interface Words {
  /** Resolves once what it had written has been read. */
  heard(): Promise<void>;
  /** Stops listening, and gives them. */
  end(): string;
}

/** Listens to both outputs of a command. */
export function listen({ stdout, stderr }: ChildProcess, onOutput: CommandOutput | undefined): Words {
  const tails = { stdout: "", stderr: "" };
  let chunks = 0;
  const keep = (stream: NodeJS.ReadableStream | null, key: keyof typeof tails): void => {
    stream?.setEncoding("utf8");
    stream?.on("data", (text: string) => {
      chunks += 1;
      tails[key] = `${tails[key]}${text}`.slice(-MOST_SAID);
      onOutput?.(text, key);
    });
    // A pipe that breaks says nothing about the command.
    stream?.on("error", () => undefined);
  };
  keep(stdout, "stdout");
  keep(stderr, "stderr");
  return {
    async heard() {
      for (let turn = 0, seen = -1; turn < MOST_TURNS && seen !== chunks; turn += 1) {
        seen = chunks;
        await nextTurn();
        await nextTurn();
      }
    },
    end() {
      stdout?.destroy();
      stderr?.destroy();
      const err = tails.stderr.trim();
      const out = tails.stdout.trim();
      if (err === "" || out === "") return `${err}${out}`;
      return `${err}; on its standard output: ${out}`;
    },
  };
}
