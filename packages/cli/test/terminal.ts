import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { type Clouds, ENV } from "./clouds.ts";
import { commandInShell, PROCESS_ENV } from "./polyvol.ts";

/** Gives a program a terminal of its own. Part of util-linux. */
const SCRIPT = "/usr/bin/script";

/** Whether there are terminals to test on. */
export const HAS_TERMINAL: boolean = existsSync(SCRIPT);

export interface TerminalOptions {
  /** What is typed when a question is asked. */
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Columns of the terminal. Default 80. */
  readonly columns?: number;
}

/** Runs the command on a terminal, and gives what the screen was sent; then `code N`. */
export function onTerminal(clouds: Clouds, command: string, options: TerminalOptions = {}): Promise<string> {
  const { input = "", env = {}, columns = 80 } = options;
  const line = `stty cols ${columns} rows 24; ${commandInShell()} ${command}; echo "code $?"`;
  const child = spawn(SCRIPT, ["-qec", line, "/dev/null"], {
    cwd: clouds.folder,
    env: { ...PROCESS_ENV, TERM: "xterm-256color", SHELL: "/bin/sh", ...ENV, ...env },
  });
  let screen = "";
  child.stdout.setEncoding("utf8").on("data", (chunk) => {
    screen += chunk;
    if (input !== "" && screen.includes("[y/N] ") && child.stdin.writable) child.stdin.end(input);
  });
  return new Promise((resolve) => child.once("close", () => resolve(screen.replaceAll("\r", ""))));
}

/** Lines as they look, without colours and movements. */
export function linesOf(screen: string): readonly string[] {
  return stripVTControlCharacters(screen).split("\n");
}
