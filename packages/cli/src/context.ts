import type { DeviceLayer } from "@polyvol/backup";
import type { Config } from "@polyvol/config";
import type { BlockStorage, WaitOptions } from "@polyvol/core";
import { UsageError, unknownName } from "./errors.ts";
import { createLedger, type Interrupts, type Ledger } from "./interruption.ts";
import { type Options, omitUndefined } from "./options.ts";
import type { OutputFormat } from "./output/result.ts";
import { type CloudListener, isVerbose, trafficWriter } from "./verbose.ts";

/** What stands in for this machine in tests. */
export interface Machine {
  /** Its block devices. Default: its own. */
  readonly devices?: DeviceLayer;
  /** Origin of the provider's metadata service. Default: the one that the provider documents. */
  readonly metadataUrl?: string;
}

/** What every command handler gets. */
export interface Context {
  /** One for each command line: in its log, and for those who watch over it. */
  runId(): string;
  readonly output: OutputFormat;
  /** The machine that it runs on. */
  readonly machine: Machine;
  /** The values of `--cloud`. Where there is none, `POLYVOL_CLOUD` counts for those commands that take one. */
  readonly cloudOption: readonly string[];
  /** Hears all that happens on the clouds. */
  readonly onEvent: CloudListener;
  /** Aborts at Ctrl-C. */
  readonly signal: AbortSignal;
  readonly interrupts: Interrupts;
  /** Aborts when the command has ended: for timers that would keep the process alive. */
  readonly ended: AbortSignal;
  readonly ledger: Ledger;
  /**
   * What a command was asked to keep beside its work and could not, such as its line of a record, in words. What would have
   * been success ends with 1.
   */
  readonly losses: Set<string>;
  /** The one cloud that the command is about, once that is known. */
  readonly place: { cloud?: string };
  /** Options of every call to a cloud. */
  readonly call: Pick<WaitOptions, "abortSignal" | "timeoutMs">;
  /** How many requests the busiest cloud has been sent. */
  requests(): number;
  /** Clouds that have not answered every request yet. */
  unanswered(): readonly string[];
  /**
   * What it returns says whether it is known that nothing has changed since: no change was sent that was not refused. Not
   * known where a driver from elsewhere does not tell of its requests.
   */
  nothingChanged(): () => boolean;
  /** Loads the configuration: `--config`, else the file in the working directory. @throws ConfigError */
  config(): Promise<Config>;
  /** Loads it anew, for what runs for long. @throws ConfigError */
  configNow(): Promise<Config>;
  /** Names of the clouds that the command is about. @throws ConfigError for one that does not exist */
  selected(): Promise<readonly string[]>;
  /** Connects one cloud, once it can be. Sends nothing. @throws ConfigError for missing credentials */
  connect(name: string): Promise<BlockStorage>;
}

/** The context of a command line. The configuration and its package are loaded when they are asked for. */
export function createContext(
  options: Options,
  given: Pick<Context, "runId" | "machine" | "interrupts" | "ended">,
): Context {
  const { signal } = given.interrupts;
  const path = options["config"] as string | undefined;
  const cloudOption = (options["cloud"] ?? []) as readonly string[];
  const verbose = isVerbose(options["verbose"]);
  const sent = new Map<string, number>();
  const answered = new Map<string, number>();
  let changes = 0;
  let traffic: CloudListener | undefined;
  const onEvent: CloudListener = (event, cloud) => {
    if (event.type === "request") sent.set(cloud, (sent.get(cloud) ?? 0) + 1);
    if (event.type === "response") answered.set(cloud, (answered.get(cloud) ?? 0) + 1);
    if (event.type === "request" && changesSomething(event)) changes += 1;
    // Refused for now, and sent again later. What refuses for good ends the command.
    if (event.type === "response" && changesSomething(event) && event.status === 429) changes -= 1;
    traffic?.(event, cloud);
  };
  const connected = new Map<string, Promise<BlockStorage>>();
  const connectOne = async (name: string): Promise<BlockStorage> => {
    const { connect } = await import("@polyvol/config");
    return (await connect(await config(), { only: [name], onEvent })).named(name);
  };
  let loaded: Promise<Config> | undefined;
  const configNow = async (): Promise<Config> => {
    const { loadConfig } = await import("@polyvol/config");
    if (verbose) traffic ??= await trafficWriter();
    return await loadConfig({ path, abortSignal: signal });
  };
  const config = (): Promise<Config> => {
    loaded ??= configNow().catch((error: unknown) => {
      // What may pass is asked again when a command looks again.
      loaded = undefined;
      throw error;
    });
    return loaded;
  };
  return {
    ...given,
    output: options["output"] as OutputFormat,
    cloudOption,
    onEvent,
    requests: () => Math.max(0, ...sent.values()),
    unanswered: () =>
      [...sent].flatMap(([cloud, count]) => (count > (answered.get(cloud) ?? 0) ? [cloud] : [])),
    nothingChanged() {
      const earlier = changes;
      return () => changes === earlier && [...connected.keys()].every((name) => sent.has(name));
    },
    signal,
    ledger: createLedger(),
    losses: new Set(),
    place: {},
    call: omitUndefined({ abortSignal: signal, timeoutMs: options["timeout"] as number | undefined }),
    config,
    configNow,
    async selected() {
      const { selectClouds } = await import("@polyvol/config");
      const read = await config();
      const { POLYVOL_CLOUD: usual = "" } = process.env;
      const [from, wanted] =
        cloudOption.length > 0 ? ["--cloud", cloudOption] : ["POLYVOL_CLOUD", usual === "" ? [] : [usual]];
      const known = selectClouds(read);
      const unknown = wanted.find((name) => !known.includes(name));
      if (unknown !== undefined) throw await unknownCloud(from, unknown, known);
      return selectClouds(read, wanted);
    },
    connect(name) {
      const again = (error: unknown): never => {
        // What is missing, such as a file with a secret, may be there when a command looks again.
        connected.delete(name);
        throw error;
      };
      const storage = connected.get(name) ?? connectOne(name).catch(again);
      connected.set(name, storage);
      return storage;
    },
  };
}

function changesSomething({ method }: { readonly method: string }): boolean {
  return method !== "GET" && method !== "HEAD";
}

/** It is the command line that names it, or the variable, and not the configuration. */
async function unknownCloud(from: string, name: string, known: readonly string[]): Promise<UsageError> {
  const words = `${from}: found no cloud ${JSON.stringify(name)}; allowed: ${known.join(", ")}`;
  const several = name.split(",").map((each) => each.trim());
  if (several.length > 1 && several.every((each) => known.includes(each))) {
    const flags = several.map((each) => `--cloud ${each}`).join(" ");
    return new UsageError(`${words}. Several are named one by one: ${flags}`);
  }
  return await unknownName(words, [name], known);
}
