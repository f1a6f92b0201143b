/**
 * `@polyvol/samsung-scp`: Samsung Cloud Platform volumes and snapshots behind Polyvol's neutral interface.
 *
 * @module @polyvol/samsung-scp
 */

export type { SamsungScpApiVersion } from "./api-versions.ts";
export { createSamsungScpDriver, createSamsungScpStorage } from "./create.ts";
export {
  type SamsungScpSnapshotDetails,
  type SamsungScpVolumeDetails,
  samsungScpDetails,
} from "./details.ts";
export {
  type SamsungScpOperations,
  type SamsungScpQuotas,
  type SamsungScpServerVolume,
  type SamsungScpVolumeType,
  samsungScp,
} from "./native-operations.ts";
export {
  type SamsungScpDriverOptions,
  type SamsungScpEnvironment,
  type SamsungScpStorageOptions,
  samsungScpOptions,
} from "./options.ts";
export type { SamsungScpVolumeOptions } from "./provider-options.ts";
