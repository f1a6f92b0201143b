import type { ProviderOptions } from "@polyvol/core";
import { parseValues, rule, type ValuesOf } from "@polyvol/core/driver";
import * as z from "zod/mini";
import { PROVIDER } from "./version.ts";

const volumeRules = {
  /** Zone to make the volume in. Default: the service's choice. */
  availabilityZone: rule(z.string().check(z.minLength(1)), "a text that is not empty"),
  /** Id of a volume to copy, in place of a snapshot. It has to be as large as that at least. */
  sourceVolumeId: rule(z.string().check(z.minLength(1)), "a text that is not empty"),
};

/** `providerOptions.openstack` of `volumes.create`. */
export interface OpenStackVolumeOptions extends ValuesOf<typeof volumeRules> {}

const SUBJECT = `providerOptions.${PROVIDER}`;

/** @throws PolyvolError `invalid_argument` naming the key, what was found and what is allowed */
export function volumeOptions(given: ProviderOptions | undefined): OpenStackVolumeOptions {
  return parseValues(given?.[PROVIDER] ?? {}, volumeRules, SUBJECT);
}

/** @throws PolyvolError `invalid_argument` for any: snapshots have none */
export function checkSnapshotOptions(given: ProviderOptions | undefined): void {
  parseValues(given?.[PROVIDER] ?? {}, {}, SUBJECT);
}
