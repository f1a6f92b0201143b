/**
 * The emulator of Samsung Cloud Platform.
 *
 * @module @polyvol/emulators/samsung-scp
 */
export { createSamsungScpEmulator, type SamsungScpEmulatorOptions } from "./emulator.ts";
export type { SamsungScpOptions } from "./options.ts";
export type { SamsungScpState } from "./render.ts";
export type { SamsungScpSeed } from "./seed-schema.ts";
