import { type ExecFileException, execFile } from "node:child_process";
import type { CloudSource, ConfigPath, ConfigSource, ParsedText } from "../config.ts";
import type { ConfigError } from "../config-error.ts";
import { refusedAt } from "../problems.ts";
import { MOST_BYTES, MOST_WORDS, parseAnswer, refusal, USUAL_TIMEOUT_MS } from "./refusal.ts";

const PATH: ConfigPath = ["clouds", "from", "command"];
const ALLOWED = "a program that writes the clouds as JSON to its standard output and ends with 0";

/**
 * Runs the command of a source, without a shell and without input, and reads what it writes. What it says on its
 * standard error is not repeated: it may hold a secret.
 * @throws ConfigError; the reason of the abort
 */
export async function runCommand(
  source: ConfigSource,
  { command: [program, ...parameters] = [""], timeoutMs = USUAL_TIMEOUT_MS }: CloudSource,
  { abortSignal }: { readonly abortSignal?: AbortSignal | undefined },
): Promise<ParsedText & { readonly words: string }> {
  if (!source.explicit) {
    const allowed =
      "commands only in a file that is named, with --config (in code: loadConfig({ path })), since it runs code";
    throw refusedAt(source, PATH, { found: "a command", allowed });
  }
  const words = `command ${JSON.stringify(program)}`;
  const bytes = await new Promise<Buffer>((resolve, reject) => {
    const options = {
      cwd: source.directory,
      encoding: "buffer",
      timeout: timeoutMs,
      maxBuffer: MOST_BYTES,
      killSignal: "SIGKILL",
      windowsHide: true,
      ...(abortSignal === undefined ? {} : { signal: abortSignal }),
    } as const;
    const child = execFile(program, parameters, options, (error, stdout) => {
      if (error === null) resolve(stdout);
      else
        reject(
          abortSignal?.aborted
            ? abortSignal.reason
            : refusal(source, PATH, how(words, error, timeoutMs), ALLOWED),
        );
    });
    // It may end without having read it.
    child.stdin?.on("error", () => undefined).end();
  });
  const refuse = (found: string, cause: unknown): ConfigError =>
    refusal(source, PATH, `${words}, which writes ${found}`, ALLOWED, cause);
  return { ...parseAnswer(words, bytes, refuse), words };
}

/** How it ended, in words that repeat nothing of what it wrote. */
function how(words: string, error: ExecFileException, timeoutMs: number): string {
  const { code, killed, signal } = error as { code?: unknown; killed?: boolean; signal?: string | null };
  if (code === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER") return `${words}, which writes more than ${MOST_WORDS}`;
  if (killed === true) {
    return `${words}, which took longer than ${timeoutMs} ms and was killed (timeoutMs gives it longer)`;
  }
  if (typeof code === "string") return `${words}, which cannot be started (${code})`;
  return `${words}, which ended ${typeof signal === "string" ? `by ${signal}` : `with ${String(code)}`}`;
}
