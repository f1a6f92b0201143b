import type { Config, Environment } from "@polyvol/container";
import type { BlockStorage, PolyvolEvent, WaitOptions } from "@polyvol/core";
import type { Options } from "./action.ts";
import type { Interrupts } from "./interruption.ts";
import type { Ledger } from "./ledger.ts";
import type { OutputFormat } from "./output/result.ts";

/** What every command gets. */
export interface Context {
  readonly output: OutputFormat;
  /** `--cloud`, as given. */
  readonly wanted: readonly string[];
  /** Aborts at Ctrl-C. */
  readonly signal: AbortSignal;
  /** The signals of the command. */
  readonly interrupts: Interrupts;
  /** Aborts when the command has ended: for what would keep the process alive. */
  readonly ended: AbortSignal;
  readonly ledger: Ledger;
  /** What every call to a cloud takes. */
  readonly call: Pick<WaitOptions, "abortSignal" | "timeoutMs">;
  /** The configuration: `--config`, else the file in the working directory. @throws ConfigError */
  config(): Promise<Config>;
  /** Names of the clouds that the command is about. @throws ConfigError for one that does not exist */
  selected(): Promise<readonly string[]>;
  /** Connects one cloud. Sends nothing. @throws ConfigError for missing credentials */
  connect(name: string, extra?: ConnectExtra): Promise<BlockStorage>;
}

export interface ConnectExtra {
  readonly environment?: Environment;
  readonly onEvent?: (event: PolyvolEvent, cloud: string) => void;
}

/** The context of a command line. Nothing is loaded before it is asked for. */
export function createContext(
  options: Options,
  interrupts: Interrupts,
  ended: AbortSignal,
  ledger: Ledger,
): Context {
  const { signal } = interrupts;
  const path = options["config"] as string | undefined;
  const wanted = (options["cloud"] ?? []) as readonly string[];
  const timeoutMs = options["timeout"] as number | undefined;
  let loaded: Promise<Config> | undefined;
  const config = (): Promise<Config> => {
    loaded ??= import("@polyvol/container").then((container) => container.loadConfig({ path }));
    return loaded;
  };
  return {
    output: options["output"] as OutputFormat,
    wanted,
    signal,
    interrupts,
    ended,
    ledger,
    call: { abortSignal: signal, ...(timeoutMs === undefined ? {} : { timeoutMs }) },
    config,
    async selected() {
      const { selectClouds } = await import("@polyvol/container");
      return selectClouds(await config(), wanted);
    },
    async connect(name, extra = {}) {
      const { connectClouds } = await import("@polyvol/container");
      const clouds = await connectClouds(await config(), { only: [name], ...extra });
      return clouds.named(name);
    },
  };
}
