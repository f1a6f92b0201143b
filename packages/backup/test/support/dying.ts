import type { DeviceLayer } from "../../src/index.ts";

/** On which side of a step the process dies. */
export type Moment = "before" | "after";

/** A process that dies at one of its steps: of the requests that it sends, and of the calls on its machine. */
export interface DyingProcess {
  readonly fetch: typeof fetch;
  readonly devices: DeviceLayer;
  /** How many steps it came to. */
  steps(): number;
}

/** Lets all steps through until the `at`-th: dies right before it, or once it is done. After that nothing is done any more. */
export function dyingProcess(
  at: number,
  moment: Moment,
  devices: DeviceLayer,
  onDeath: () => void,
): DyingProcess {
  let steps = 0;
  let dead = false;
  const die = (): never => {
    if (!dead) onDeath();
    dead = true;
    throw new TypeError("the process is dead");
  };
  async function step<T>(work: () => Promise<T>): Promise<T> {
    if (dead) die();
    steps += 1;
    const isMine = steps === at;
    if (isMine && moment === "before") die();
    const done = await work();
    if (isMine || dead) die();
    return done;
  }
  return {
    steps: () => steps,
    fetch: (input, init) =>
      step(async () => {
        const response = await fetch(input, init);
        const body = await response.arrayBuffer();
        return new Response(response.status === 204 ? null : body, response);
      }),
    devices: {
      list: (call) => step(() => devices.list(call)),
      setReadOnly: (device, call) => step(() => devices.setReadOnly(device, call)),
      mount: (request, call) => step(() => devices.mount(request, call)),
      unmount: (name) => step(() => devices.unmount(name)),
      claim: (name) => step(() => devices.claim(name)),
      release: (name, outcome) => step(() => devices.release(name, outcome)),
      claimOf: (name) => step(() => devices.claimOf(name)),
    },
  };
}
