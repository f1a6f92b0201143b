import { createRequire } from "node:module";
import { join } from "node:path";
import type * as Fleet from "@polyvol/fleet";
import { type Command, Option } from "commander";
import { UsageError } from "../../errors.ts";
import { omitUndefined } from "../../options.ts";

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
      "fleets need the package @polyvol/fleet, which is not installed here: npm install @polyvol/fleet, beside polyvol",
      { cause: error },
    );
  }
}

/** By the code of an import, or that of the CommonJS that the command is built as. */
function isMissing(error: unknown): boolean {
  return /^(?:ERR_)?MODULE_NOT_FOUND$/.test((error as NodeJS.ErrnoException).code ?? "");
}
