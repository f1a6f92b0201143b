import type { Emulator, EmulatorOptions } from "./emulator.ts";

/** One option of a command, for parsing and for the help text. */
export interface CommandOption {
  /** Whether it takes a value. */
  readonly type: "string" | "boolean";
  /** May be given more than once. */
  readonly multiple?: boolean;
  /** What stands for the value in the help text, such as `ID:REGION`. */
  readonly value?: string;
  /** One sentence without a full stop; says the default. */
  readonly help: string;
}

/** The command line of one provider: `polyvol-emulator PROVIDER …`. */
export interface ProviderCommand {
  /** Name on the command line. */
  readonly provider: string;
  /** One line for the help text. */
  readonly summary: string;
  /** The provider's own options, besides those that every emulator has. */
  readonly options: Readonly<Record<string, CommandOption>>;
  /** Environment variables that are read, with what they hold. */
  readonly environment: Readonly<Record<string, string>>;
  /** Command lines after the program's name, beginning with the provider's. */
  readonly examples: readonly string[];
  /** Makes the emulator. `input.shell` goes on to `createEmulator` unchanged. Bad values throw `UsageError`. */
  create(input: CommandInput): Emulator | Promise<Emulator>;
}

/** The values of a command line, read with checks that name the option. */
export interface CommandInput {
  /** The last value of an option; `undefined` when it is not given. */
  text(name: string): string | undefined;
  /** Every value of an option that may be repeated. */
  texts(name: string): readonly string[];
  /** Whether an option without a value is given. */
  flag(name: string): boolean;
  /** A whole number of 0 or more. */
  whole(name: string): number | undefined;
  /** A span such as `20ms`, `5s`, `10m`, `1h`, in milliseconds. */
  duration(name: string): number | undefined;
  /** Environment variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `--volumes N --snapshots N`: how many the provider is to make up at the start; 0 when not asked for. */
  readonly volumes: number;
  /** As `volumes`. */
  readonly snapshots: number;
  /** `--public-url`: the base URL under which clients know the emulator, without a trailing slash. */
  readonly publicUrl: string | undefined;
  /** Clock, latency, log and faults from the shared options. */
  readonly shell: EmulatorOptions;
  /** Writes one line to standard error. */
  note(line: string): void;
}

/** A command line that cannot be understood; the message is one line. The process exits with 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
