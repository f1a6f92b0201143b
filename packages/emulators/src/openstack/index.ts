/**
 * The emulator of OpenStack's block storage.
 *
 * @module @polyvol/emulators/openstack
 */
export { createOpenStackEmulator } from "./emulator.ts";
export type { OpenStackOptions } from "./options.ts";
export type { OpenStackSeed } from "./seed.ts";
