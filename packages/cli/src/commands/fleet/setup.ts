import { createRequire } from "node:module";
import { join } from "node:path";
import type { Clouds, Policy } from "@polyvol/backup";
import type { Account, Config } from "@polyvol/config";
import type { PolyvolError } from "@polyvol/core";
import type * as Fleet from "@polyvol/fleet";
import { type Command, Option } from "commander";
import type { Context } from "../../context.ts";
import { UsageError } from "../../errors.ts";
import { installCommand } from "../../next-step.ts";
import { omitUndefined } from "../../options.ts";
import { CLOUDS_OF_POLICIES, readPolicies } from "../backup/setup.ts";

/** What the configuration says about a fleet, now. */
export interface FleetSetup {
  readonly config: Config;
  readonly policies: readonly Policy[];
  readonly accounts: readonly Account[];
}

/** So long a worker goes by a configuration before it reads it again: a source of clouds may be slow. */
const REMEMBERED_MS = 60_000;

/** Reads the configuration and what is in it about a fleet. @throws ConfigError; UsageError for `--cloud` */
export async function readFleet(context: Context): Promise<FleetSetup> {
  if (context.cloudOption.length > 0) {
    throw new UsageError(CLOUDS_OF_POLICIES);
  }
  const config = await context.configNow();
  const { accountsOf } = await import("@polyvol/config");
  return { config, policies: await readPolicies(config), accounts: accountsOf(config) };
}

/** Reads it again and again, and remembers it for a while. */
export interface RememberedFleet {
  /** `fresh`: what is remembered does not count. */
  setup(fresh?: boolean): Promise<FleetSetup>;
  /**
   * Connects the clouds of an account, with the credentials as they are now.
   *
   * @throws PolyvolError `conflict` where the account is made of other clouds by now: their names may be another account's
   */
  connect(account: Account): Promise<Clouds>;
}

export function rememberFleet(
  context: Context,
  now: () => number = () => performance.now(),
): RememberedFleet {
  let known: { readonly at: number; readonly setup: Promise<FleetSetup> } | undefined;
  const read = (): Promise<FleetSetup> => {
    const setup = readFleet(context);
    const reading = { at: now(), setup };
    known = reading;
    // What could not be read is not remembered.
    setup.catch(() => {
      if (known === reading) known = undefined;
    });
    return setup;
  };
  return {
    setup: async (fresh = false) =>
      await (fresh || known === undefined || now() - known.at > REMEMBERED_MS ? read() : known.setup),
    async connect({ key, clouds }) {
      const { config, accounts } = await this.setup();
      const own = accounts.find((each) => each.key === key)?.clouds ?? [];
      if (own.join() !== clouds.join()) throw await changedMeanwhile(key, clouds, own);
      const { connect } = await import("@polyvol/config");
      return await connect(config, { only: clouds, onError: "collect", onEvent: context.onEvent });
    },
  };
}

async function changedMeanwhile(
  key: string,
  before: readonly string[],
  now: readonly string[],
): Promise<PolyvolError> {
  const { PolyvolError: Changed } = await import("@polyvol/core");
  const text = (clouds: readonly string[]): string => (clouds.length === 0 ? "no cloud" : clouds.join(", "));
  const message = `the configuration has changed meanwhile: account ${key} was ${text(before)}, and is ${text(now)}; nothing was done`;
  return new Changed("conflict", message, { operation: "connect", outcome: "not_applied" });
}

/** Options of every command about fleets. */
export interface ConnectionOptions {
  readonly redis?: string;
  readonly queue?: string;
}

const REDIS = "POLYVOL_REDIS_URL";

/** Adds `--redis` and `--queue`. */
export function withConnection(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--redis <url>",
        "address of Redis or Valkey: redis://HOST:6379, or rediss:// for TLS; a password is better in the variable",
      ).env(REDIS),
    )
    .option("--queue <name>", "name of the queue, for several fleets on one server; default: polyvol");
}

/** @throws UsageError where no server is named */
export function connectionOf({ redis, queue }: ConnectionOptions): Fleet.FleetConnection {
  if (redis === undefined || redis === "") {
    throw new UsageError(`--redis or ${REDIS}: found nothing; allowed: redis://HOST:6379`);
  }
  return { redisUrl: redis, ...omitUndefined({ queue }) };
}

/**
 * Loads the package of fleets, which who has no fleet does not install: it brings a client of Redis, whose parts pnpm asks
 * about at the installation.
 * @throws UsageError where it is not there
 */
export async function loadFleet(): Promise<typeof Fleet> {
  try {
    return await import("@polyvol/fleet");
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  try {
    // Where packages see only what they ask for themselves (pnpm), as a file of the working folder would find it.
    return createRequire(join(process.cwd(), "polyvol.config.js"))("@polyvol/fleet") as typeof Fleet;
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new UsageError(
      `fleets need the package @polyvol/fleet, which is not installed here: ${installCommand("@polyvol/fleet")}, beside polyvol`,
      { cause: error },
    );
  }
}

/** By the code of an import, or that of the CommonJS that the command is built as. */
function isMissing(error: unknown): boolean {
  return /^(?:ERR_)?MODULE_NOT_FOUND$/.test((error as NodeJS.ErrnoException).code ?? "");
}
