import { type Clock, PolyvolError, type PolyvolErrorDetails } from "@polyvol/core";
import { monotonicTime } from "@polyvol/core/driver";
import type { BlockDevice, DeviceLayer } from "./device-layer.ts";
import { type DeviceVerdict, type FoundBy, findDevice, type WantedDevice } from "./find-device.ts";

/** Between two looks. */
const LOOK_EVERY_MS = 500;
/** A device that only its size speaks for is believed when it has been the only one for so long. */
const GUESS_AFTER_MS = 5_000;

/** The device of a volume. */
export interface FoundDevice {
  readonly device: BlockDevice;
  readonly foundBy: FoundBy;
}

/** How long to look, on whose time, and what an error says beside its reason. */
export interface DeviceWait {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly abortSignal: AbortSignal | undefined;
  readonly about: PolyvolErrorDetails;
}

/**
 * Waits until the volume's device has appeared. A name or a serial is believed at once. A device that is only the one
 * new one of its size is believed once it has stayed so; where names are documented, only when none has come by the
 * middle of the time.
 *
 * @throws PolyvolError `not_found` when none appears; `conflict` for several; `failed_precondition` for one of another
 * size or in use
 */
export async function awaitDevice(
  devices: DeviceLayer,
  before: readonly BlockDevice[],
  wanted: WantedDevice,
  wait: DeviceWait,
): Promise<FoundDevice> {
  const { clock, timeoutMs, abortSignal, about } = wait;
  const now = monotonicTime(clock);
  const startedAt = now();
  const guessAfterMs = wanted.links === undefined ? Math.min(GUESS_AFTER_MS, timeoutMs / 2) : timeoutMs / 2;
  let guessed: { readonly identity: string; readonly since: number } | undefined;
  for (;;) {
    const seen = findDevice(before, await devices.list({ abortSignal }), wanted);
    if (seen.verdict === "found") {
      const { device, foundBy } = seen;
      if (foundBy !== "only new device") return { device, foundBy };
      if (guessed?.identity !== device.identity) guessed = { identity: device.identity, since: now() };
      if (now() - guessed.since >= guessAfterMs) return { device, foundBy };
    } else {
      guessed = undefined;
    }
    const leftMs = startedAt + timeoutMs - now();
    if (leftMs <= 0) throw refusal(seen, timeoutMs, about);
    await clock.sleep(Math.min(LOOK_EVERY_MS, leftMs), abortSignal);
  }
}

function refusal(seen: DeviceVerdict, timeoutMs: number, about: PolyvolErrorDetails): PolyvolError {
  const waited = `within ${timeoutMs / 1000} s`;
  switch (seen.verdict) {
    case "several":
      return new PolyvolError("conflict", seen.reason, about);
    case "unfit":
      return new PolyvolError("failed_precondition", seen.reason, about);
    case "none":
      return new PolyvolError("not_found", `${waited}, ${seen.reason}`, about);
    case "found": {
      const { path } = seen.device;
      const reason = `${path} appeared, but ${waited} it was not the only new device of its size for long enough`;
      return new PolyvolError("conflict", reason, about);
    }
  }
}
