/**
 * The emulator of DigitalOcean.
 *
 * @module @polyvol/emulators/digitalocean
 */
export type { TokenOptions } from "./auth.ts";
export { type BulkOptions, bulkSeed } from "./bulk.ts";
export { createDigitalOceanEmulator } from "./emulator.ts";
export type { DigitalOceanOptions, DropletOptions } from "./options.ts";
export type { RegionOptions } from "./regions.ts";
export type { DigitalOceanSeed, DropletSeed, SnapshotSeed, VolumeSeed } from "./seed-schema.ts";
