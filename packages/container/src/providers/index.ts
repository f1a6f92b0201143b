import { digitalOcean } from "./digitalocean.ts";
import { openStack } from "./openstack.ts";
import type { ProviderRegistration } from "./registration.ts";
import { samsungScp } from "./samsung-scp.ts";

/** The providers that come with Polyvol. One line each. */
export const PROVIDERS: readonly ProviderRegistration[] = [digitalOcean, samsungScp, openStack];

/** Those and more; of two with one name the later counts. */
export function providersByName(
  more: readonly ProviderRegistration[] = [],
): ReadonlyMap<string, ProviderRegistration> {
  return new Map([...PROVIDERS, ...more].map((one) => [one.provider, one]));
}
