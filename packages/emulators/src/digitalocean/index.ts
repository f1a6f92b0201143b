/**
 * The emulator of DigitalOcean.
 *
 * @module @polyvol/emulators/digitalocean
 */
export { type BulkOptions, bulkSeed } from "./bulk.ts";
export { createDigitalOceanEmulator } from "./emulator.ts";
export type { DigitalOceanOptions, DropletOptions, RegionOptions, TokenOptions } from "./options.ts";
export type { DigitalOceanSeed, DropletSeed, SnapshotSeed, VolumeSeed } from "./seed.ts";
