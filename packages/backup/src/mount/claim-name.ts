import type { Clock } from "@polyvol/core";
import { drillName } from "../naming.ts";
import type { DeviceLayer } from "./device-layer.ts";

/** The name of a temporary volume, and the instant that it says. */
export interface ClaimedName {
  readonly name: string;
  readonly startedAt: Date;
}

/** A name says a second. Where another process of this machine has it, the next one is taken: each has its own volume. */
export async function claimName(
  devices: DeviceLayer,
  sourceVolumeId: string,
  clock: Clock,
  abortSignal: AbortSignal | undefined,
): Promise<ClaimedName> {
  for (;;) {
    const startedAt = new Date(clock.now());
    const name = drillName(sourceVolumeId, startedAt);
    if (await devices.claim(name)) return { name, startedAt };
    await clock.sleep(1_000, abortSignal);
  }
}
