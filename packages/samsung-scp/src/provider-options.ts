import type { ProviderOptions } from "@polyvol/core";
import { parseValues, rule, type ValuesOf } from "@polyvol/core/driver";
import * as z from "zod/mini";
import { PROVIDER } from "./version.ts";

const volumeRules = {
  /** I/O operations a second. API version 1.2 or later. */
  maxIops: rule(z.int().check(z.positive()), "a whole number above 0"),
  /** MB a second. API version 1.2 or later. */
  maxThroughput: rule(z.int().check(z.positive()), "a whole number of MB/s above 0"),
};

/** `providerOptions["samsung-scp"]` of `volumes.create`. Only volumes of the type `SSD_Provisioned` heed them. */
export interface SamsungScpVolumeOptions extends ValuesOf<typeof volumeRules> {}

const SUBJECT = `providerOptions["${PROVIDER}"]`;

/** @throws PolyvolError `invalid_argument` naming the key, what was found and what is allowed */
export function volumeOptions(given: ProviderOptions | undefined): SamsungScpVolumeOptions {
  return parseValues(given?.[PROVIDER] ?? {}, volumeRules, SUBJECT);
}

/** @throws PolyvolError `invalid_argument` for any: snapshots have none */
export function checkSnapshotOptions(given: ProviderOptions | undefined): void {
  parseValues(given?.[PROVIDER] ?? {}, {}, SUBJECT);
}
