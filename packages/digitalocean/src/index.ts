/**
 * `@polyvol/digitalocean`: DigitalOcean volumes and snapshots behind Polyvol's neutral interface.
 *
 * @module @polyvol/digitalocean
 */

export { createDigitalOceanDriver, createDigitalOceanStorage, type DigitalOceanStorage } from "./create.ts";
export {
  type DigitalOceanSnapshotDetails,
  type DigitalOceanVolumeDetails,
  digitalOceanDetails,
} from "./details.ts";
export {
  type DigitalOceanAction,
  type DigitalOceanActions,
  type DigitalOceanOperations,
  type DigitalOceanPageOptions,
  type DigitalOceanSnapshot,
  type DigitalOceanSnapshots,
  type DigitalOceanTagTarget,
  type DigitalOceanVolumeName,
  digitalOcean,
} from "./native-operations.ts";
export {
  type DigitalOceanDriverOptions,
  type DigitalOceanStorageOptions,
  digitalOceanOptions,
} from "./options.ts";
export type { DigitalOceanSnapshotOptions, DigitalOceanVolumeOptions } from "./provider-options.ts";
