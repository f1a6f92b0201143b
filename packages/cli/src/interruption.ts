import { writeMessage } from "./output/streams.ts";

/** Why a command was aborted. */
class Interruption extends Error {
  override readonly name = "Interruption";
}

/** Exit code of a command that was interrupted, as shells expect it. */
export const INTERRUPTED = 130;

/** Signals that ask a command to stop. Each one counts. */
const ASKING: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGBREAK"];

/** The terminal has gone (also under `nohup`). It comes twice where both the system and a shell send it. */
const HANG_UP: NodeJS.Signals = "SIGHUP";

/** The signals of one command. */
export interface Interrupts {
  /** Aborts at the first Ctrl-C, SIGTERM or SIGHUP. The second Ctrl-C or SIGTERM ends the process at once. */
  readonly signal: AbortSignal;
  /** Aborts at the second one where the command has said that something is to be undone first. The third ends it. */
  readonly atOnce: AbortSignal;
  /** Registers that something is to be undone before the process may end, such as a freeze. `what` describes it. */
  undoesFirst(what: string): void;
  /** Registers that a first Ctrl-C is the usual end, which nobody has to be told of. */
  endsQuietly(): void;
  /** Stops listening: Node handles the signals again. */
  release(): void;
}

export function listenForInterrupts(): Interrupts {
  const controller = new AbortController();
  const atOnce = new AbortController();
  let undone: string | undefined;
  let quiet = false;
  let asked = 0;
  const stop = (): void => {
    if (controller.signal.aborted) return;
    if (!quiet) writeMessage("\nStopping; press Ctrl-C again to stop at once.\n");
    controller.abort(new Interruption("interrupted"));
  };
  const ask = (): void => {
    asked += 1;
    if (asked === 1) {
      stop();
      return;
    }
    if (undone !== undefined && !atOnce.signal.aborted) {
      writeMessage(`\nStopping at once; ${undone}. Press Ctrl-C again to end without that.\n`);
      atOnce.abort(new Interruption("interrupted twice"));
      return;
    }
    writeMessage(`\n${STOPPED_AT_ONCE}`);
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
    endsQuietly() {
      quiet = true;
    },
    release() {
      for (const signal of ASKING) process.off(signal, ask);
      process.off(HANG_UP, stop);
    },
  };
}

/** Resolves once the signal is aborted. */
export async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

/** The message about a command that was stopped at once. */
export const STOPPED_AT_ONCE =
  "Stopped at once. What a cloud has accepted goes on there; the same command can be repeated.\n";

/** A change that a command has begun. */
export interface LedgerEntry {
  /** Nothing of it has come about. */
  undone(): void;
  done(): void;
}

/** The changes of a command that are not done yet, so that an interrupted one can report what is left. */
export interface Ledger {
  begin(text: string): LedgerEntry;
  /** One line for each change that is not done; empty when all are. */
  left(): readonly string[];
}

export function createLedger(): Ledger {
  const lines = new Map<object, string>();
  return {
    begin(text) {
      const entry: LedgerEntry = {
        undone: () => {
          if (lines.has(entry)) lines.set(entry, `not begun: ${text}`);
        },
        done: () => void lines.delete(entry),
      };
      lines.set(entry, `begun, and may still be completed by the cloud: ${text}`);
      return entry;
    },
    left: () => [...lines.values()],
  };
}
