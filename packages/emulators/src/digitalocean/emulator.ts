import { realClock } from "../kit/clock.ts";
import { createEmulator, type Emulator } from "../kit/emulator.ts";
import type { DigitalOceanOptions } from "./options.ts";
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
  const { clock = realClock } = options;
  return createEmulator(createDigitalOceanService(options, clock), { ...options, clock });
}
