import { createVirtualClock, type VirtualClock } from "../../src/kit/clock.ts";
import { createEmulator } from "../../src/kit/emulator.ts";
import type { Emulator } from "../../src/kit/emulator-types.ts";
import type { Fault } from "../../src/kit/fault.ts";
import { createToy, type Toy } from "./toy.ts";

export const URL = "http://toy.test/things";

/** An emulator of a toy on a clock that stands still, with faults. */
export interface Stage {
  readonly emulator: Emulator;
  readonly toy: Toy;
  readonly clock: VirtualClock;
  post(name?: string, headers?: Record<string, string>): Promise<Response>;
  get(path?: string): Promise<Response>;
}

export function stage(...faults: Fault[]): Stage {
  const toy = createToy();
  const clock = createVirtualClock(0);
  const emulator = createEmulator(toy, { clock, faults });
  return {
    emulator,
    toy,
    clock,
    post: (name = "a", headers = {}) => emulator.fetch(URL, { method: "POST", body: name, headers }),
    get: (path = "") => emulator.fetch(URL + path),
  };
}
