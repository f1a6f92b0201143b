import { say } from "./output/streams.ts";

/** Why a command was aborted. */
class Interruption extends Error {
  override readonly name = "Interruption";
}

/** What a shell expects of a program that was interrupted. */
export const INTERRUPTED = 130;

/** The signals of one command. */
export interface Interrupts {
  /** Aborts at the first Ctrl-C (or SIGTERM). The second ends the process at once. */
  readonly signal: AbortSignal;
  /** Leaves the signals to Node again. */
  release(): void;
}

export function listenForInterrupts(): Interrupts {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) {
      say("\nStopped at once. What a cloud has accepted goes on there; the same command can be repeated.\n");
      process.exit(INTERRUPTED);
    }
    say("\nStopping; press Ctrl-C again to stop at once.\n");
    controller.abort(new Interruption("interrupted"));
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return {
    signal: controller.signal,
    release() {
      process.off("SIGINT", stop);
      process.off("SIGTERM", stop);
    },
  };
}
