import type { ProviderOptions } from "@polyvol/core";
import { checkKeys, type KeyRules } from "@polyvol/core/driver";
import * as z from "zod";
import { PROVIDER } from "./version.ts";

/** `providerOptions.openstack` of `volumes.create`. */
export interface OpenStackVolumeOptions {
  /** Zone to make the volume in. Default: the service's choice. */
  readonly availabilityZone?: string;
  /** Id of a volume to copy, in place of a snapshot. It has to be as large as that at least. */
  readonly sourceVolumeId?: string;
}

const SUBJECT = `providerOptions.${PROVIDER}`;
const words = [z.string().min(1), "a text that is not empty"] as const;
const ofVolume: KeyRules<OpenStackVolumeOptions> = { availabilityZone: words, sourceVolumeId: words };

/** @throws PolyvolError `invalid_argument` naming the key, what was found and what is allowed */
export function volumeOptions(given: ProviderOptions | undefined): OpenStackVolumeOptions {
  const options: object = given?.[PROVIDER] ?? {};
  checkKeys<OpenStackVolumeOptions>(options, ofVolume, SUBJECT);
  return options;
}

/** @throws PolyvolError `invalid_argument` for any: snapshots have none */
export function checkSnapshotOptions(given: ProviderOptions | undefined): void {
  checkKeys<object>(given?.[PROVIDER] ?? {}, {}, SUBJECT);
}
