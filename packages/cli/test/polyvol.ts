import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { programFile } from "../../../scripts/test/program-file.ts";
import { runHere } from "./in-process.ts";

const BIN = new URL("../src/bin.ts", import.meta.url);

/** The command in the words of a shell. */
export const commandInShell = (): string => `'${process.execPath}' '${programFile(BIN)}'`;

/** What every process gets of this one's variables: where programs are, and where Node keeps what it has compiled. */
export const PROCESS_ENV: Readonly<Record<string, string>> = Object.fromEntries(
  ["PATH", "NODE_COMPILE_CACHE"].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  }),
);

/** What became of a process. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves once the text has been written to standard output or standard error. */
  saw(text: string): Promise<void>;
  /** What has been written so far. */
  text(): Pick<Ended, "out" | "err">;
}

export interface StartOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Columns of the terminal; only where it runs in this process. */
  readonly columns?: number;
  /** Arguments of node itself. What it loads is then the sources, file by file. */
  readonly node?: readonly string[];
}

/** What {@link start} starts, with these streams. Default: both outputs in pipes. */
export function spawnCommand(
  args: readonly string[],
  { cwd, env = {}, node }: StartOptions = {},
  stdio: StdioOptions = ["ignore", "pipe", "pipe"],
): ChildProcess {
  const program =
    node === undefined ? [programFile(BIN)] : ["--conditions=@polyvol/source", ...node, fileURLToPath(BIN)];
  return spawn(process.execPath, [...program, ...args], { cwd, env: { ...PROCESS_ENV, ...env }, stdio });
}

/** Starts the command as a user would, without a terminal and without this process's own variables. */
export function start(args: readonly string[], options: StartOptions = {}): Started {
  const child = spawnCommand(args, options);
  const texts = { out: "", err: "" };
  const waiting = new Set<() => void>();
  const listen = (stream: NodeJS.ReadableStream | null, key: "out" | "err"): void => {
    stream?.setEncoding("utf8").on("data", (chunk) => {
      texts[key] += chunk;
      for (const look of waiting) look();
    });
  };
  listen(child.stdout, "out");
  listen(child.stderr, "err");
  return {
    child,
    text: () => ({ ...texts }),
    ended: new Promise((resolve) => child.once("close", (code) => resolve({ code, ...texts }))),
    saw: (text) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (`${texts.out}${texts.err}`.includes(text)) {
            waiting.delete(look);
            resolve();
          }
        };
        waiting.add(look);
        look();
      }),
  };
}

/** Runs the command to its end, in this process unless Node itself gets arguments. */
export function polyvol(args: readonly string[], options: StartOptions = {}): Promise<Ended> {
  if (options.node !== undefined) return start(args, options).ended;
  const { cwd = tmpdir(), env = {}, columns } = options;
  const place = { folder: cwd, env: { ...PROCESS_ENV, ...env } };
  return runHere(args, columns === undefined ? place : { ...place, columns });
}
