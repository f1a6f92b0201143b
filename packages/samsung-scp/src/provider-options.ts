import type { ProviderOptions } from "@polyvol/core";
import { checkKeys, type KeyRules } from "@polyvol/core/driver";
import * as z from "zod";
import { PROVIDER } from "./version.ts";

/** `providerOptions["samsung-scp"]` of `volumes.create`. Only volumes of the type `SSD_Provisioned` heed them. */
export interface SamsungScpVolumeOptions {
  /** I/O operations a second. API version 1.2 or later. */
  readonly maxIops?: number;
  /** MB a second. API version 1.2 or later. */
  readonly maxThroughput?: number;
}

const SUBJECT = `providerOptions["${PROVIDER}"]`;
const positive = z.int().positive();
const ofVolume: KeyRules<SamsungScpVolumeOptions> = {
  maxIops: [positive, "a whole number above 0"],
  maxThroughput: [positive, "a whole number of MB/s above 0"],
};

/** @throws PolyvolError `invalid_argument` naming the key, what was found and what is allowed */
export function volumeOptions(given: ProviderOptions | undefined): SamsungScpVolumeOptions {
  const options: object = given?.[PROVIDER] ?? {};
  checkKeys<SamsungScpVolumeOptions>(options, ofVolume, SUBJECT);
  return options;
}

/** @throws PolyvolError `invalid_argument` for any: snapshots have none */
export function checkSnapshotOptions(given: ProviderOptions | undefined): void {
  checkKeys<object>(given?.[PROVIDER] ?? {}, {}, SUBJECT);
}
