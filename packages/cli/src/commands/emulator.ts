import type { Options } from "../action.ts";
import type { Context } from "../context.ts";
import { out, say } from "../output/streams.ts";

/** Hands everything to the emulators' own command line, which serves until it is stopped. */
export async function run(context: Context, _options: Options, args: readonly string[]): Promise<number> {
  const { runEmulatorCommand } = await import("@polyvol/emulators/command");
  const code = await runEmulatorCommand(args, {
    program: "polyvol emulator",
    out,
    err: say,
    env: process.env,
    untilStopped: () =>
      new Promise<void>((resolve) =>
        context.signal.addEventListener("abort", () => resolve(), { once: true }),
      ),
  });
  // Answers that are still held back would keep the process alive.
  if (context.signal.aborted) process.exit(code);
  return code;
}
