import { say } from "./output/streams.ts";

/** Why a command was aborted. */
class Interruption extends Error {
  override readonly name = "Interruption";
}

/** What a shell expects of a program that was interrupted. */
export const INTERRUPTED = 130;

/** Signals by which somebody asks a command to stop. Each one counts. */
const ASKING: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGBREAK"];

/** The terminal has gone (also under `nohup`). It comes twice where both the system and a shell send it. */
const HANG_UP: NodeJS.Signals = "SIGHUP";

/** The signals of one command. */
export interface Interrupts {
  /** Aborts at the first Ctrl-C, SIGTERM or SIGHUP. The second Ctrl-C or SIGTERM ends the process at once. */
  readonly signal: AbortSignal;
  /** Aborts at the second one where the command has said that something is to be undone first. The third ends it. */
  readonly atOnce: AbortSignal;
  /** Says that something is to be undone before the process may end, such as a freeze. */
  undoesFirst(what: string): void;
  /** Leaves the signals to Node again. */
  release(): void;
}

export function listenForInterrupts(): Interrupts {
  const controller = new AbortController();
  const atOnce = new AbortController();
  let undone: string | undefined;
  let asked = 0;
  const stop = (): void => {
    if (controller.signal.aborted) return;
    say("\nStopping; press Ctrl-C again to stop at once.\n");
    controller.abort(new Interruption("interrupted"));
  };
  const ask = (): void => {
    asked += 1;
    if (asked === 1) {
      stop();
      return;
    }
    if (undone !== undefined && !atOnce.signal.aborted) {
      say(`\nStopping at once; ${undone}. Press Ctrl-C again to end without that.\n`);
      atOnce.abort(new Interruption("interrupted twice"));
      return;
    }
    say(`\n${STOPPED_AT_ONCE}`);
    process.exit(INTERRUPTED);
  };
  for (const signal of ASKING) process.on(signal, ask);
  process.on(HANG_UP, stop);
  return {
    signal: controller.signal,
    atOnce: atOnce.signal,
    undoesFirst(what) {
      undone = what;
    },
    release() {
      for (const signal of ASKING) process.off(signal, ask);
      process.off(HANG_UP, stop);
    },
  };
}

/** What is said of a command that was not allowed to finish. */
export const STOPPED_AT_ONCE =
  "Stopped at once. What a cloud has accepted goes on there; the same command can be repeated.\n";
