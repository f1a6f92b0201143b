import { createEmulator, type Emulator, splitOptions } from "../kit/emulator.ts";
import { type DigitalOceanOptions, settingsOf } from "./options.ts";
import { createDigitalOceanService } from "./service.ts";

/**
 * Makes an emulator of the volume, snapshot, action and tag operations of DigitalOcean's API, and of those beside
 * them that volume clients use. Throws `InvalidInput` for options that cannot be.
 *
 * @example
 * const emulator = createDigitalOceanEmulator({ tokens: ["T"], droplets: [{ id: 1001, region: "nyc3" }] });
 * const listener = await emulator.listen();
 */
export function createDigitalOceanEmulator(options: DigitalOceanOptions = {}): Emulator {
  const { shell, own } = splitOptions(options);
  return createEmulator(createDigitalOceanService(settingsOf(own), shell.clock, shell.randomSeed), shell);
}
