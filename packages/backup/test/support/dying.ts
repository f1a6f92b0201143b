import type { Clock } from "@polyvol/core";
import type { VirtualClock } from "@polyvol/core/driver";
import type { DeviceLayer } from "../../src/index.ts";

/** On which side of a step the process dies. */
export type Moment = "before" | "after";

/** A process that dies at one of its steps: of the requests that it sends, and of the calls on its machine. */
export interface DyingProcess {
  /** That of its runs and of its storages, which send each request within `during`. */
  readonly clock: Clock;
  /** Aborts when it dies. */
  readonly abortSignal: AbortSignal;
  onMachine(devices: DeviceLayer): DeviceLayer;
  /** Ends with `work`, or when the process dies. */
  live(work: Promise<unknown>): Promise<void>;
  /** How many steps it came to. */
  steps(): number;
}

/** What a dead process is in the middle of: it never goes on. */
const standStill = <T>(): Promise<T> => new Promise(() => undefined);

/** Lets all steps through until the `at`-th: dies right before it, or once it is done. After that nothing is done any more. */
export function dyingProcess(at: number, moment: Moment, clock: VirtualClock, reason: Error): DyingProcess {
  let steps = 0;
  const death = new AbortController();
  const { signal } = death;
  const died = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
  async function step<T>(work: () => Promise<T>, dead: () => Promise<T>): Promise<T> {
    if (signal.aborted) return dead();
    steps += 1;
    const isLast = steps === at;
    if (isLast && moment === "before") death.abort(reason);
    if (signal.aborted) return dead();
    const done = await work();
    if (isLast) death.abort(reason);
    return signal.aborted ? dead() : done;
  }
  const onMachine = <T>(work: () => Promise<T>): Promise<T> => step<T>(work, standStill);
  return {
    steps: () => steps,
    clock: {
      ...clock,
      sleep: (ms, abortSignal) => (signal.aborted ? standStill() : clock.sleep(ms, abortSignal)),
      during: (work) =>
        step(
          () => clock.during(work),
          () => Promise.reject(reason),
        ),
    },
    abortSignal: signal,
    live: (work) => Promise.race([work, died]).then(() => undefined),
    onMachine: (devices) => ({
      list: (call) => onMachine(() => devices.list(call)),
      setReadOnly: (device, call) => onMachine(() => devices.setReadOnly(device, call)),
      mount: (request, call) => onMachine(() => devices.mount(request, call)),
      unmount: (name) => onMachine(() => devices.unmount(name)),
      claim: (name) => onMachine(() => devices.claim(name)),
      release: (name, outcome) => onMachine(() => devices.release(name, outcome)),
      claimOf: (name) => onMachine(() => devices.claimOf(name)),
    }),
  };
}
