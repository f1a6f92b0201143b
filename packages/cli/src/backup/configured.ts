import type { Clouds, Policy } from "@polyvol/backup";
import type { Config } from "@polyvol/container";
import type { Context } from "../context.ts";
import { UsageError } from "../usage-error.ts";
import { located } from "./located.ts";
import { policiesOf } from "./policies.ts";

/** What the configuration says about backups. */
export interface Configured {
  readonly policies: readonly Policy[];
  readonly clouds: Clouds;
  /** Environment variables that hold credentials. */
  readonly credentialVariables: readonly string[];
  /** Does the work; what the library refuses about a policy is told by its place in the file. */
  check<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * Policies and clouds of the configuration. `ids` chooses policies; without any, all are taken. A cloud that cannot be
 * opened is given as its error, which the library reports beside the others.
 */
export async function configured(context: Context, ids: readonly string[] = []): Promise<Configured> {
  if (context.wanted.length > 0) {
    throw new UsageError("--cloud does not go with this command: policies say which clouds they are about.");
  }
  const config = await context.config();
  const { connectEach } = await import("@polyvol/container");
  return {
    policies: choose(await policiesOf(config), ids),
    clouds: await connectEach(config),
    credentialVariables: variablesOf(config),
    check: (work) => located(config, work),
  };
}

function choose(all: readonly Policy[], ids: readonly string[]): readonly Policy[] {
  const known = all.map(({ id }) => id);
  const unknown = ids.filter((id) => !known.includes(id));
  if (unknown.length > 0) {
    throw new UsageError(`--policy: found ${unknown.join(", ")}; allowed: ${known.join(", ")}`);
  }
  return ids.length === 0 ? all : all.filter(({ id }) => ids.includes(id));
}

function variablesOf({ clouds }: Config): readonly string[] {
  const references = [...clouds.values()].flatMap(({ credentials }) => Object.values(credentials ?? {}));
  return references.flatMap((reference) => ("env" in reference ? [reference.env] : []));
}
