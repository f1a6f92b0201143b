import type { Option } from "@polyvol/core/driver";
import type { CloudConfig, Config, SecretReference } from "./config.ts";
import { literalOf } from "./credentials.ts";
import { type ProviderRegistration, providersByName } from "./providers.ts";

/** One account of a provider: the clouds of a configuration that share its quota. */
export interface Account {
  /**
   * The same on every machine that reads the same configuration: what the configuration says as `account`, else the
   * provider and a digest of what tells its accounts apart. Letters, digits, `.`, `_` and `-`; no secret goes into it.
   */
  readonly key: string;
  /** Names of its clouds, in their order. */
  readonly clouds: readonly string[];
}

/**
 * The clouds of a configuration, those that its source gives wrongly among them, by the accounts that they are. Told
 * from the configuration alone: nothing is sent, and no credential is read. Clouds are one account that say the same
 * `account`, or whose provider, address and references to credentials (of OpenStack: identity service and project) are
 * the same. Two credentials of one account are not seen to be that: such clouds say it by `account`.
 *
 * @param more Providers beside those that come with Polyvol
 * @returns in the order of the keys; every cloud is in one of them
 */
export function accountsOf(
  config: Pick<Config, "clouds" | "refused">,
  more: readonly ProviderRegistration[] = [],
): readonly Account[] {
  const providers = providersByName(more);
  const names = [...new Set([...config.clouds.keys(), ...config.refused.keys()])].sort();
  const given = new Map<unknown, string>();
  const byKey = new Map<string, string[]>();
  for (const name of names) {
    const cloud = config.clouds.get(name);
    const key =
      cloud === undefined ? `refused-${digest([name])}` : keyOf(cloud, providers.get(cloud.provider), given);
    byKey.set(key, [...(byKey.get(key) ?? []), name]);
  }
  return [...byKey].map(([key, clouds]) => ({ key, clouds })).sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** @param given what code or the file gives in place of a reference, by the first cloud that it is given to */
function keyOf(
  cloud: CloudConfig,
  provider: ProviderRegistration | undefined,
  given: Map<unknown, string>,
): string {
  if (cloud.account !== undefined) return cloud.account;
  // Of a driver from elsewhere it is not known what tells: everything does.
  const keys = provider?.accountKeys?.(cloud.options);
  const options = Object.entries(cloud.options)
    .filter(([key, value]) => value !== undefined && (keys?.options.includes(key) ?? true))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const references = Object.entries(cloud.credentials ?? {})
    .filter(([key]) => keys?.credentials?.includes(key) ?? true)
    .filter(([key, reference]) => !isUsual(provider?.options[key], reference))
    .map(([key, reference]) => [key, referenceText(reference, cloud.name, given)]);
  const name = /^[a-z0-9-]+$/.test(cloud.provider) ? cloud.provider : "package";
  return `${name}-${digest([cloud.provider, options, references.sort()])}`;
}

/** A reference to the variable that the adapter reads anyway says nothing. */
function isUsual(option: Option | undefined, reference: SecretReference): boolean {
  if (typeof reference === "function" || !("env" in reference)) return false;
  return option?.variables?.[0] === reference.env;
}

/** Where a credential comes from. Of what stands there itself only who has it first. */
function referenceText(reference: SecretReference, cloud: string, given: Map<unknown, string>): string {
  if (typeof reference !== "function") return JSON.stringify(reference);
  const itself = literalOf(reference) ?? reference;
  const first = given.get(itself) ?? cloud;
  given.set(itself, first);
  return `given to ${first}`;
}

/** So many hexadecimal digits do not meet by chance among all the accounts that there are. */
const DIGITS = 16;

function digest(facts: unknown): string {
  // Not imported: most who read a configuration ask for no accounts, and loading it takes a part of their start.
  const { hash } = process.getBuiltinModule("node:crypto");
  return hash("sha256", JSON.stringify(facts)).slice(0, DIGITS);
}
