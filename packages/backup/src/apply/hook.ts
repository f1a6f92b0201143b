import { type ChildProcess, spawn } from "node:child_process";
import { setImmediate as nextTurn } from "node:timers/promises";
import { startTimer, systemClock } from "@polyvol/core/driver";
import { showDuration } from "../duration.ts";
import type { Hook } from "../policy/types.ts";
import { HookError, type HookName } from "../problem.ts";

/** So many characters of each output of a hook are kept for the message, from the end. */
const MOST_SAID = 500;
/** When a hook has ended, what it wrote is read for at most so many turns: what it left behind may write for ever. */
const MOST_TURNS = 1_000;

/**
 * Runs a hook to its end: without a shell, without input, with this environment and no other.
 *
 * @throws HookError `operation_failed` when it cannot start or ends with another status than 0; `timeout` when it took
 * too long and was killed, with everything that it had started
 */
export async function runHook(
  hook: Hook,
  name: HookName,
  environment: Readonly<Record<string, string>>,
  abortSignal?: AbortSignal,
): Promise<void> {
  abortSignal?.throwIfAborted();
  const ended = await start(hook, environment, abortSignal);
  abortSignal?.throwIfAborted();
  if (ended.ok) return;
  const program = JSON.stringify(hook.command[0]);
  const said = ended.said === "" ? "" : `: ${ended.said}`;
  if (ended.late) {
    const limit = `${showDuration(hook.timeoutMs)} and was killed (hooks.${name}.timeout gives it longer)`;
    throw new HookError(name, "timeout", `the hook ${program} took longer than ${limit}${said}`);
  }
  throw new HookError(name, "operation_failed", `the hook ${program} ${ended.how}${said}`);
}

interface Ended {
  readonly ok: boolean;
  readonly how: string;
  readonly said: string;
  readonly late: boolean;
}

function start(
  { command: [program, ...parameters], timeoutMs }: Hook,
  environment: Readonly<Record<string, string>>,
  abortSignal: AbortSignal | undefined,
): Promise<Ended> {
  return new Promise<Ended>((resolve) => {
    const group = process.platform !== "win32";
    const env = Object.fromEntries(
      Object.entries(environment).map(([key, value]) => [key, value.replaceAll("\0", "")]),
    );
    const child = spawn(program, parameters, {
      shell: false,
      stdio: ["ignore", "pipe", "pipe"],
      env,
      detached: group,
      windowsHide: true,
    });
    const words = listen(child);
    let late = false;
    const kill = (): void => {
      try {
        if (group && child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
        else child.kill("SIGKILL");
      } catch {
        // It has ended meanwhile.
      }
    };
    const stopTimer = startTimer(systemClock, timeoutMs, () => {
      late = true;
      kill();
    });
    abortSignal?.addEventListener("abort", kill, { once: true });
    const end = (ok: boolean, how: string): void => {
      stopTimer();
      abortSignal?.removeEventListener("abort", kill);
      resolve({ ok, how, said: words.end(), late });
    };
    child.once("error", (error) => end(false, `could not start: ${error.message}`));
    // Not "close": what it leaves behind may hold its output open.
    child.once("exit", (status, signal) => {
      const how = signal === null ? `ended with ${status}` : `ended by ${signal}`;
      void words.heard().then(() => end(status === 0, how));
    });
  });
}

/** The last words of a hook on both outputs. */
interface Words {
  /** Resolves once what it had written has been read. */
  heard(): Promise<void>;
  /** Stops listening, and gives them. */
  end(): string;
}

function listen({ stdout, stderr }: ChildProcess): Words {
  const tails = { out: "", err: "" };
  let chunks = 0;
  const keep = (stream: NodeJS.ReadableStream | null, key: keyof typeof tails): void => {
    stream?.setEncoding("utf8");
    stream?.on("data", (text: string) => {
      chunks += 1;
      tails[key] = `${tails[key]}${text}`.slice(-MOST_SAID);
    });
    // A pipe that breaks says nothing about the hook.
    stream?.on("error", () => undefined);
  };
  keep(stdout, "out");
  keep(stderr, "err");
  return {
    async heard() {
      for (let turn = 0, seen = -1; turn < MOST_TURNS && seen !== chunks; turn += 1) {
        seen = chunks;
        await nextTurn();
        await nextTurn();
      }
    },
    end() {
      stdout?.destroy();
      stderr?.destroy();
      const err = tails.err.trim();
      const out = tails.out.trim();
      if (err === "" || out === "") return `${err}${out}`;
      return `${err}; on its standard output: ${out}`;
    },
  };
}
