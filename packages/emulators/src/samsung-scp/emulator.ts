import { realClock } from "../kit/clock.ts";
import { createEmulator, type Emulator, type EmulatorOptions } from "../kit/emulator.ts";
import type { SamsungScpOptions } from "./options.ts";
import { SamsungScpService } from "./service.ts";

/** The provider's own options and those of the shell: clock, latency, faults, log. */
export interface SamsungScpEmulatorOptions extends SamsungScpOptions, EmulatorOptions {}

/**
 * Makes an emulator of the `virtualserver` API of Samsung Cloud Platform v2, as far as it is about volumes and
 * snapshots. Needs at least one access key. Throws `InvalidInput` when an option is wrong.
 *
 * @example
 * const emulator = createSamsungScpEmulator({ accessKey: "A", secretKey: "S", servers: [serverId] });
 * const listener = await emulator.listen();
 */
export function createSamsungScpEmulator(options: SamsungScpEmulatorOptions): Emulator {
  const {
    clock = realClock,
    randomSeed,
    latencyMs,
    realLatency,
    faults,
    logLimit,
    logBodyLimit,
    ...own
  } = options;
  const service = new SamsungScpService(own, clock, randomSeed ?? 1);
  return createEmulator(service, {
    clock,
    randomSeed,
    latencyMs,
    realLatency,
    faults,
    logLimit,
    logBodyLimit,
  });
}
