import { Command, CommanderError, type Option } from "commander";
import type * as z from "zod";
import { createVirtualClock, realClock } from "./clock.ts";
import { type CommandIo, fail, readDuration, UsageError, warn } from "./command-line.ts";
import {
  choice,
  httpAddress,
  type JsonFile,
  jsonFile,
  option,
  repeatable,
  wholeNumber,
} from "./command-options.ts";
import type { Emulator, EmulatorOptions, Listener, ListenOptions } from "./emulator-types.ts";
import { parseFaults } from "./fault.ts";
import type { Clock } from "./service.ts";
import { check, InvalidInput } from "./validation.ts";

/** The command line of one provider. */
export interface ProviderCommand {
  /** Name on the command line. */
  readonly provider: string;
  /** One line for the help text. */
  readonly summary: string;
  /** The provider's own options, besides those that every emulator has. */
  readonly options: readonly Option[];
  /** Environment variables that are read, with what they hold. */
  readonly environment: Readonly<Record<string, string>>;
  /** Further addresses of an emulator at `url`, by what they are called in clients. Default: none. */
  readonly addresses?: ((url: string) => Readonly<Record<string, string>>) | undefined;
  /** Command lines after the program's name, beginning with the provider's. */
  readonly examples: readonly string[];
  /** Makes the emulator. Bad values throw `UsageError` or `InvalidInput`. */
  create(input: CommandInput): Emulator;
  /** A seed of made-up data, as `--volumes N --snapshots N` asks for it. */
  bulkSeed(bulk: Bulk): unknown;
}

/** What a command line says. */
export interface CommandInput {
  /** Reads the provider's own options by their schema. */
  options<Schema extends z.ZodType>(schema: Schema): CommandOptions<Partial<z.input<Schema>>>;
  /** Environment variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Writes one line to standard error, as a warning. */
  note(line: string): void;
}

/** The options of an emulator by where they were said. */
export interface CommandOptions<Own> {
  /** Those of `--options FILE`, checked; none when the option is not given. */
  readonly file: Own;
  /** Those of the command line; absent where one is not given. */
  readonly given: Own;
  /** All of them, the command line's in place of the file's, with `--public-url`, clock, latency, log and faults. */
  readonly all: Own & EmulatorOptions & { readonly publicUrl: string | undefined };
}

/** What is made up at the start. */
export interface Bulk {
  /** How many volumes. */
  readonly volumes: number;
  /** In all; spread over the volumes in turn. */
  readonly snapshots: number;
  /** Creation of the last one, in ms since the epoch; those before it are a second apart. */
  readonly until: number;
}

interface SharedValues {
  readonly port?: number;
  readonly host?: string;
  readonly publicUrl?: string;
  readonly allowHost?: readonly string[];
  readonly cors?: readonly string[];
  readonly clock?: "virtual" | "real";
  readonly start?: string;
  readonly latency?: number;
  readonly realLatency?: true;
  readonly seed?: JsonFile;
  readonly volumes?: number;
  readonly snapshots?: number;
  readonly faults?: JsonFile;
  readonly randomSeed?: number;
  readonly logLimit?: number;
  /** False with `--no-control`. */
  readonly control: boolean;
  readonly options?: JsonFile;
}

/** Options that every emulator takes. */
function sharedOptions(): readonly Option[] {
  return [
    option("--options <file>", "JSON file with any other option of the emulator", jsonFile),
    option("--port <n>", "port to listen on; 0, the default, takes a free one", portNumber),
    option("--host <address>", "address to listen on; default 127.0.0.1"),
    option("--public-url <url>", "base URL under which clients know this server", httpAddress),
    repeatable("--allow-host <name>", "name accepted in Host besides loopback"),
    repeatable("--cors <origin>", "origin of web pages that may use it, such as http://localhost:5173, or *"),
    choice("--clock <kind>", "virtual time stands still until moved; default real", ["virtual", "real"]),
    option("--start <time>", "where a virtual clock starts, ISO 8601; default now"),
    option("--latency <time>", "wait before every answer, such as 20ms; default 0", readDuration),
    option("--real-latency", "wait in real time although the clock is virtual"),
    option("--seed <file>", "JSON file with data to begin with, also a state that was read", jsonFile),
    option("--volumes <n>", "make up that many volumes to begin with", wholeNumber),
    option("--snapshots <n>", "make up that many snapshots in all, spread over those volumes", wholeNumber),
    option("--faults <file>", "JSON file with one fault or a list of faults", jsonFile),
    option("--random-seed <n>", "decides made-up ids and faults by chance; default 1", wholeNumber),
    option("--log-limit <n>", "requests kept in the log; default 10000, 0 keeps none", wholeNumber),
    option("--no-control", "do not serve the control path /_emulator/"),
  ];
}

function portNumber(text: string, name: string): number {
  const port = wholeNumber(text, name);
  if (port <= 65_535) return port;
  throw new UsageError(`${name} takes a number up to 65535, not ${port}`);
}

function clockOf({ clock = "real", start }: SharedValues): Clock {
  if (clock === "real" && start !== undefined) throw new UsageError("--start needs --clock virtual");
  if (clock === "real") return realClock;
  const startMs = start === undefined ? Date.now() : Date.parse(start);
  if (!Number.isNaN(startMs)) return createVirtualClock(startMs);
  throw new UsageError(`--start takes a time such as 2026-08-01T10:00:00Z, not "${start}"`);
}

function inputOf(
  values: SharedValues,
  given: Readonly<Record<string, unknown>>,
  io: CommandIo,
): CommandInput {
  const { clock, latency, realLatency = false, randomSeed, logLimit } = values;
  const note = (line: string): void => warn(io, line);
  if (clock === "virtual" && latency !== undefined && !realLatency)
    note("--latency is not added on a virtual clock; --real-latency adds it in real time");
  const faults = values.faults?.use((value) => parseFaults(value));
  const shell = { clock: clockOf(values), randomSeed, latencyMs: latency, realLatency, logLimit, faults };
  return {
    options<Schema extends z.ZodType>(schema: Schema) {
      type Own = Partial<z.input<Schema>> & { readonly publicUrl?: string };
      const own = given as Own;
      // As it was written: the emulator fills in the defaults once it knows the command line, too.
      const file = (values.options?.use((value) => check(schema, value, "options") && value) ?? {}) as Own;
      const publicUrl = values.publicUrl ?? file.publicUrl;
      return { file, given: own, all: { ...shell, ...file, ...own, publicUrl } };
    },
    env: io.env,
    note,
  };
}

function listenOptionsOf({
  port,
  host,
  publicUrl,
  allowHost = [],
  cors,
  control,
}: SharedValues): ListenOptions {
  const publicHosts = [...allowHost, ...(publicUrl === undefined ? [] : [new URL(publicUrl).host])];
  return { port, host, publicHosts, corsOrigins: cors, control };
}

async function openPort(emulator: Emulator, options: ListenOptions): Promise<Listener | string> {
  try {
    return await emulator.listen(options);
  } catch (error) {
    const { host = "127.0.0.1", port = 0 } = options;
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EADDRINUSE")
      return `port ${port} on ${host} is in use; choose another (--port 0 takes a free one)`;
    if (code === "EACCES") return `port ${port} on ${host} may not be opened; choose one above 1023`;
    return `cannot listen on ${host} port ${port}: ${error instanceof Error ? error.message : error}`;
  }
}

async function serve(provider: ProviderCommand, all: SharedValues, io: CommandIo): Promise<number> {
  const own = provider.options.map((each) => each.attributeName());
  const given = Object.fromEntries(Object.entries(all).filter(([name]) => own.includes(name)));
  const emulator = provider.create(inputOf(all, given, io));
  const { volumes = 0, snapshots = 0 } = all;
  if (volumes + snapshots > 0)
    emulator.seed(provider.bulkSeed({ volumes, snapshots, until: emulator.clock.now() }));
  all.seed?.use((data) => emulator.seed(data));
  const listener = await openPort(emulator, listenOptionsOf(all));
  if (typeof listener === "string") {
    fail(io, listener);
    return 1;
  }
  const { url } = listener;
  io.out(`${JSON.stringify({ provider: emulator.provider, url, ...provider.addresses?.(url) })}\n`);
  await io.untilStopped();
  await listener.close();
  return 0;
}

const INTRODUCTION =
  "Serves an emulator of a cloud's block-storage API until stopped. The first line on standard output is JSON with " +
  "the provider and the URL, which is what clients take for the provider's address.";

function afterHelp(program: string, { environment, examples }: ProviderCommand): string {
  const width = Math.max(...Object.keys(environment).map((name) => name.length));
  const variables = Object.entries(environment).map(([name, about]) => `  ${name.padEnd(width)}  ${about}`);
  const lines = examples.map((line) => `  ${program} ${line}`);
  const about = variables.length === 0 ? [] : ["", "Environment:", ...variables];
  return [...about, "", "Examples:", ...lines].join("\n");
}

/** Makes `emulator PROVIDER …`. `finish` receives the exit code once the server has stopped. */
export function createCommand(
  providers: readonly ProviderCommand[],
  io: CommandIo,
  finish: (code: number) => void,
): Command {
  const { program = "polyvol-emulator" } = io;
  const output = { writeOut: io.out, writeErr: io.err, outputError: () => undefined };
  const command = new Command(program)
    .usage("<provider> [options]")
    .description(INTRODUCTION)
    .exitOverride()
    .configureOutput(output)
    .helpOption("-h, --help", "show this help")
    .addHelpText(
      "after",
      `
Examples:
${providers.map(({ examples: [first = ""] }) => `  ${program} ${first}`).join("\n")}
  ${program} ${providers[0]?.examples[0] ?? ""} --clock virtual --faults faults.json
  curl -X POST http://127.0.0.1:4010/_emulator/clock -d '{"advanceMs":600000}'`,
    );
  for (const provider of providers) {
    const inner = command
      .command(provider.provider)
      .summary(provider.summary)
      .description(provider.summary)
      .usage("[options]")
      .allowExcessArguments(false)
      .exitOverride()
      .configureOutput(output)
      .helpOption("-h, --help", "show this help")
      .addHelpText("after", afterHelp(program, provider))
      .action(async (values: SharedValues) => finish(await serve(provider, values, io)));
    inner.optionsGroup(`Options of ${provider.provider}:`);
    for (const each of provider.options) inner.addOption(each);
    inner.optionsGroup("Options of every provider:");
    for (const each of sharedOptions()) inner.addOption(each);
  }
  return command;
}

/**
 * Runs `emulator PROVIDER …` and resolves with the exit code once the server has stopped: 0; 1 when the port cannot be
 * opened; 2 when the command line is wrong.
 */
export async function runCommand(
  providers: readonly ProviderCommand[],
  args: readonly string[],
  io: CommandIo,
): Promise<number> {
  let code = 0;
  const command = createCommand(providers, io, (finished) => {
    code = finished;
  });
  const given = args[0] === "--" ? args.slice(1) : args;
  const known = providers.map(({ provider }) => provider);
  try {
    const [name] = given;
    if (name === undefined) {
      command.outputHelp({ error: true });
      return 2;
    }
    if (!name.startsWith("-") && name !== "help" && !known.includes(name))
      throw new UsageError(`unknown provider "${name}"; known: ${known.join(", ")}`);
    await command.parseAsync(given, { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const isUsage =
      error instanceof CommanderError || error instanceof UsageError || error instanceof InvalidInput;
    if (!isUsage) throw error;
    const line = error.message.replace(/^error: /, "").replaceAll(/\s*\n\s*/g, " ");
    fail(io, `${line} (see: ${command.name()} --help)`);
    return 2;
  }
}
