import { runCommand } from "../command/run-command.ts";
import { showDuration } from "../duration.ts";
import type { Hook } from "../policy/types.ts";
import { HookError, type HookName } from "../problem.ts";

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
  const ended = await runCommand(hook, { environment, abortSignal });
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
