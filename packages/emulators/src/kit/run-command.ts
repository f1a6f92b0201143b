import { type ProviderCommand, UsageError } from "./command.ts";
import { generalHelp, providerHelp } from "./command-help.ts";
import { readArguments } from "./command-input.ts";
import { fromFile, readJson, readListen, readShared, SHARED_OPTIONS } from "./command-shared.ts";
import type { Emulator } from "./emulator.ts";
import type { Listener, ListenOptions } from "./node-server.ts";

/** The surroundings of a command. */
export interface CommandIo {
  /** What was typed to run it, for help texts. Default `polyvol-emulator`. */
  readonly program?: string;
  /** Standard output; the text ends with a line feed. */
  out(text: string): void;
  /** Standard error; the text ends with a line feed. */
  err(text: string): void;
  /** Environment variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Resolves when the server is to stop. Called once it is listening. */
  untilStopped(): Promise<void>;
}

/** A provider that can be started: its line in the help text, and its command, loaded when it is named. */
export interface ProviderEntry {
  /** One line for the help text. */
  readonly summary: string;
  /** Loads its command. */
  load(): Promise<ProviderCommand>;
}

/** Providers by their name on the command line. */
export type Providers = Readonly<Record<string, ProviderEntry>>;

function programOf({ program = "polyvol-emulator" }: CommandIo): string {
  return program;
}

async function openPort(emulator: Emulator, options: ListenOptions): Promise<Listener | string> {
  try {
    return await emulator.listen(options);
  } catch (error) {
    const { host = "127.0.0.1", port } = options;
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EADDRINUSE")
      return `port ${port} on ${host} is in use; choose another (--port 0 takes a free one)`;
    if (code === "EACCES") return `port ${port} on ${host} may not be opened; choose one above 1023`;
    return `cannot listen on ${host} port ${port}: ${error instanceof Error ? error.message : error}`;
  }
}

async function serve(command: ProviderCommand, args: readonly string[], io: CommandIo): Promise<number> {
  const values = readArguments(args, { ...SHARED_OPTIONS, ...command.options });
  if (values.flag("help")) {
    io.out(providerHelp(programOf(io), command, SHARED_OPTIONS));
    return 0;
  }
  const input = readShared(values, io.env, (line) => io.err(`emulator: ${line}\n`));
  const listenOptions = readListen(input);
  const emulator = await command.create(input);
  const data = readJson(values, "seed");
  if (data !== undefined) fromFile(values, "seed", () => emulator.seed(data));
  const listener = await openPort(emulator, listenOptions);
  if (typeof listener === "string") {
    io.err(`emulator: ${listener}\n`);
    return 1;
  }
  io.out(`${JSON.stringify({ provider: emulator.provider, url: listener.url })}\n`);
  await io.untilStopped();
  await listener.close();
  return 0;
}

/**
 * Runs `emulator PROVIDER …` and resolves with the exit code once the server has stopped: 0; 1 when the port
 * cannot be opened; 2 when the command line is wrong.
 */
export async function runCommand(
  providers: Providers,
  args: readonly string[],
  io: CommandIo,
): Promise<number> {
  const [name, ...rest] = args[0] === "--" ? args.slice(1) : args;
  try {
    if (name === undefined || name === "--help" || name === "-h" || name === "help") {
      const summaries = Object.entries(providers).map(([provider, { summary }]) => [provider, summary]);
      const text = generalHelp(programOf(io), Object.fromEntries(summaries), SHARED_OPTIONS);
      (name === undefined ? io.err : io.out)(text);
      return name === undefined ? 2 : 0;
    }
    const entry = Object.hasOwn(providers, name) ? providers[name] : undefined;
    if (entry === undefined) {
      throw new UsageError(`unknown provider "${name}"; known: ${Object.keys(providers).join(", ")}`);
    }
    return await serve(await entry.load(), rest, io);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    io.err(`emulator: ${error.message} (see ${programOf(io)} --help)\n`);
    return 2;
  }
}
