import { type ChildProcess, spawn } from "node:child_process";
import { omitUndefined, startTimer, systemClock } from "@polyvol/core/driver";
import type { Hook } from "../policy/types.ts";
import { type CommandOutput, listen } from "./last-words.ts";

/** A program of the user's, and how long it may take. */
export type UserCommand = Pick<Hook, "command" | "timeoutMs">;

/** How a command is run. */
export interface CommandOptions {
  /** All variables that it gets. */
  readonly environment: Readonly<Record<string, string>>;
  /** Ends it. */
  readonly abortSignal?: AbortSignal | undefined;
  /**
   * How long it may clean up after itself when it is ended early, in milliseconds: it is asked first (SIGTERM), and killed
   * after that. Default 0: it is killed at once.
   */
  readonly graceMs?: number | undefined;
  /**
   * Whether what it leaves running in its process group is killed when it has ended, and all of it when this process
   * exits before. Default false.
   */
  readonly leavesNothing?: boolean | undefined;
  /** Told what it writes, as it writes it. */
  readonly onOutput?: CommandOutput | undefined;
}

/** How a command has ended. */
export interface CommandEnd {
  /** It has ended with status 0, and by itself. */
  readonly ok: boolean;
  /** How it ended, such as `ended with 3`. */
  readonly how: string;
  /** Its status; absent when it could not start, or did not end by itself: then it says nothing of the work. */
  readonly exitCode?: number;
  /** The last of what it wrote, of both outputs. */
  readonly said: string;
  /** It took too long. */
  readonly late: boolean;
  /** It could not be killed: it is another user's (by sudo, say), or waits for a device. It may still be at work. */
  readonly mayStillRun: boolean;
  /** How long it ran, in milliseconds. */
  readonly durationMs: number;
}

/** What is killed ends at once, unless it waits for a device. So long it is waited for, in milliseconds. */
const KILLED_MS = 5_000;

/**
 * Runs a command to its end: without a shell, without input, with this environment and no other. It leads a process group
 * of its own (not on Windows), and whatever ends it early ends all of the group. One that cannot be killed is left to itself.
 */
export function runCommand(
  { command: [program, ...parameters], timeoutMs }: UserCommand,
  { environment, abortSignal, graceMs = 0, leavesNothing = false, onOutput }: CommandOptions,
): Promise<CommandEnd> {
  return new Promise<CommandEnd>((resolve) => {
    const startedAt = performance.now();
    const child = spawn(program, parameters, {
      shell: false,
      stdio: ["ignore", "pipe", "pipe"],
      env: withoutNul(environment),
      detached: HAS_GROUPS,
      windowsHide: true,
    });
    const words = listen(child, onOutput);
    const forget = leavesNothing ? killAtExit(child) : () => undefined;
    let late = false;
    let cutShort = false;
    let stopGrace = (): void => undefined;
    const kill = (): void => {
      const giveUp = (): void => {
        child.unref();
        end(false, "could not be killed", { mayStillRun: true });
      };
      if (signalAll(child, "SIGKILL") === "refused") giveUp();
      else stopGrace = startTimer(systemClock, KILLED_MS, giveUp);
    };
    const endEarly = (): void => {
      if (cutShort) return;
      cutShort = true;
      if (graceMs === 0) {
        kill();
        return;
      }
      signalAll(child, "SIGTERM");
      stopGrace = startTimer(systemClock, graceMs, kill);
    };
    const stopTimer = startTimer(systemClock, timeoutMs, () => {
      late = true;
      endEarly();
    });
    const stopEarly = (): void => {
      stopTimer();
      abortSignal?.removeEventListener("abort", endEarly);
    };
    const end = (
      ok: boolean,
      how: string,
      { exitCode, mayStillRun = false }: Partial<Pick<CommandEnd, "exitCode" | "mayStillRun">> = {},
    ): void => {
      const durationMs = Math.round(performance.now() - startedAt);
      forget();
      stopEarly();
      stopGrace();
      if (leavesNothing || late || abortSignal?.aborted === true) signalAll(child, "SIGKILL");
      resolve(omitUndefined({ ok, how, exitCode, said: words.end(), late, mayStillRun, durationMs }));
    };
    if (abortSignal?.aborted === true) endEarly();
    abortSignal?.addEventListener("abort", endEarly, { once: true });
    child.once("error", (error) => end(false, `could not start: ${whyNotStarted(program, error)}`));
    // Not "close": what it leaves behind may hold its output open.
    child.once("exit", (status, signal) => {
      stopGrace();
      const how = signal === null ? `ended with ${status}` : `ended by ${signal}`;
      // One that was asked to stop may clean up and end with 0, in the middle of its work.
      if (cutShort) return void words.heard().then(() => end(false, `was stopped, and ${how}`));
      stopEarly();
      void words.heard().then(() => end(status === 0, how, status === null ? {} : { exitCode: status }));
    });
  });
}

/** The system names the program also where what its first line names is missing, as that of a file from Windows is. */
function whyNotStarted(program: string, { message, code }: NodeJS.ErrnoException): string {
  if (code === "EACCES") return `it may not be executed (${message})`;
  if (code !== "ENOENT") return message;
  const apart = /\s/.test(program) ? "; its arguments are entries of their own in the list" : "";
  return `there is no such program, or none that its first line (#!) names (${message})${apart}`;
}

const HAS_GROUPS = process.platform !== "win32";

const running = new Set<ChildProcess>();

function killRunning(): void {
  for (const child of running) signalAll(child, "SIGKILL");
}

/** Lets it not outlive this process, and returns what ends that. */
function killAtExit(child: ChildProcess): () => void {
  if (running.size === 0) process.on("exit", killRunning);
  running.add(child);
  return () => {
    running.delete(child);
    if (running.size === 0) process.off("exit", killRunning);
  };
}

function withoutNul(environment: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([key, value]) => [key, value.replaceAll("\0", "")]),
  );
}

/** `refused`: all that is left of it is another user's. What has ended meanwhile is signalled, too. */
function signalAll(child: ChildProcess, signal: NodeJS.Signals): "signalled" | "refused" {
  try {
    if (HAS_GROUPS && child.pid !== undefined) process.kill(-child.pid, signal);
    else child.kill(signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EPERM") return "refused";
  }
  return "signalled";
}
