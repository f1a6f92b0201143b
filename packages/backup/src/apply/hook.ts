import { spawn } from "node:child_process";
import { PolyvolError } from "@polyvol/core";
import { showDuration } from "../duration.ts";
import type { Hook } from "../policy/types.ts";

/** So many characters of what a hook says on its error output are kept for the message, from the end. */
const MOST_SAID = 500;

/**
 * Runs a hook to its end: without a shell, without input, with this environment and no other.
 *
 * @throws PolyvolError `operation_failed` when it cannot start or ends with another status than 0; `timeout` when it
 * took too long and was killed, with everything that it had started
 */
export async function runHook(
  hook: Hook,
  environment: Readonly<Record<string, string>>,
  abortSignal?: AbortSignal,
): Promise<void> {
  abortSignal?.throwIfAborted();
  const [program, ...parameters] = hook.command;
  const ended = await new Promise<Ended>((resolve) => {
    const group = process.platform !== "win32";
    const env = Object.fromEntries(
      Object.entries(environment).map(([name, value]) => [name, value.replaceAll("\0", "")]),
    );
    const child = spawn(program, parameters, {
      shell: false,
      stdio: ["ignore", "ignore", "pipe"],
      env,
      detached: group,
      windowsHide: true,
    });
    let said = "";
    let late = false;
    const kill = (): void => {
      try {
        if (group && child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
        else child.kill("SIGKILL");
      } catch {
        // It has ended meanwhile.
      }
    };
    const timer = setTimeout(() => {
      late = true;
      kill();
    }, hook.timeoutMs);
    abortSignal?.addEventListener("abort", kill, { once: true });
    const end = (result: Omit<Ended, "said" | "late">): void => {
      clearTimeout(timer);
      abortSignal?.removeEventListener("abort", kill);
      child.stderr?.destroy();
      resolve({ ...result, said, late });
    };
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      said = `${said}${text}`.slice(-MOST_SAID);
    });
    child.once("error", (error) => end({ how: `could not start: ${error.message}`, ok: false }));
    // Not "close": what it leaves behind may hold its output open.
    child.once("exit", (status, signal) => {
      setImmediate(() =>
        end({ how: signal === null ? `ended with ${status}` : `ended by ${signal}`, ok: status === 0 }),
      );
    });
  });
  abortSignal?.throwIfAborted();
  if (ended.ok) return;
  const name = JSON.stringify(program);
  if (ended.late) {
    throw new PolyvolError(
      "timeout",
      `the hook ${name} took longer than ${showDuration(hook.timeoutMs)} and was killed`,
    );
  }
  const said = ended.said.trim();
  throw new PolyvolError(
    "operation_failed",
    `the hook ${name} ${ended.how}${said === "" ? "" : `: ${said}`}`,
  );
}

interface Ended {
  readonly ok: boolean;
  readonly how: string;
  readonly said: string;
  readonly late: boolean;
}
