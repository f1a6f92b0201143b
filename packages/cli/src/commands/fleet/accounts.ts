import type { Clouds, Policy } from "@polyvol/backup";
import type { Account, Config } from "@polyvol/config";
import type { PolyvolError } from "@polyvol/core";
import type { Context } from "../../context.ts";
import { UsageError } from "../../errors.ts";
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
