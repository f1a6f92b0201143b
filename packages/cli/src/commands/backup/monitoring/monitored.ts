import { type Command, Option } from "commander";
import type { Handler } from "../../../command.ts";
import type { Context } from "../../../context.ts";
import { describeError, FAILED, UsageError } from "../../../errors.ts";
import { INTERRUPTED } from "../../../interruption.ts";
import type { Options } from "../../../options.ts";
import { writeWarning } from "../../../output/streams.ts";
import { readGiven } from "../json-files.ts";
import type { Outcome } from "./watch.ts";

/** Options of a command that tells others how it went. */
export interface MonitoringOptions extends Options {
  readonly ping?: string;
  readonly notify?: string;
  readonly notifySecretFile?: string;
}

const SECRET_VARIABLE = "POLYVOL_NOTIFY_SECRET";

const ABOUT = `
--ping tells a dead man's switch (Healthchecks and what takes the same form): start, then
success, or fail with what went wrong. --notify sends one JSON document when something needs
attention, signed as Standard Webhooks has it where there is a secret: in ${SECRET_VARIABLE},
or in the file of --notify-secret-file. Each is given 10 seconds; a receiver that is away is
said and changes nothing else, the exit code neither.`;

/** Adds `--ping` and `--notify` to a command. */
export function withMonitoring(command: Command): Command {
  return command
    .addOption(
      new Option("--ping <url>", "address of a dead man's switch, told how this went").env(
        "POLYVOL_PING_URL",
      ),
    )
    .addOption(
      new Option("--notify <url>", "address of a webhook, sent what needs attention").env(
        "POLYVOL_NOTIFY_URL",
      ),
    )
    .option("--notify-secret-file <file>", `secret that signs it; else ${SECRET_VARIABLE}`)
    .addHelpText("after", ABOUT);
}

/**
 * Does the work of a command and tells those that watch over it, whatever comes of it. What goes wrong with telling
 * them is said on standard error and changes nothing else.
 *
 * @param name of the command, such as `backup run`
 * @returns the exit code of the work
 * @throws UsageError before the work, for an option that is wrong; else what the work throws
 */
export async function monitored(
  context: Context,
  options: MonitoringOptions,
  name: string,
  work: () => Promise<Outcome>,
): Promise<number> {
  const ping = addressOf(options.ping, "--ping");
  const notify = addressOf(options.notify, "--notify");
  const watch = ping === undefined && notify === undefined ? undefined : await import("./watch.ts");
  const end = watch?.beginWatch({
    ping,
    notify,
    command: name,
    runId: context.runId(),
    warn: (what) => writeWarning(`${what}. The backup itself is not affected.`),
    key: notify === undefined ? undefined : await keyFrom(options.notifySecretFile),
  });
  let outcome: Outcome;
  try {
    outcome = await work();
  } catch (error) {
    const { text, exitCode } = describeError(error);
    const isInterrupted = context.signal.aborted;
    await end?.({
      exitCode: isInterrupted ? INTERRUPTED : exitCode,
      summary: isInterrupted ? "Interrupted." : text,
      problems: [],
    });
    throw error;
  }
  await end?.(withLosses(outcome, context.losses));
  return outcome.exitCode;
}

/** The handler of a command whose work is {@link monitored}. */
export function asMonitored<Given extends MonitoringOptions, Args extends readonly unknown[]>(
  name: string,
  work: (context: Context, options: Given, ...args: Args) => Promise<Outcome>,
): Handler<Given, Args> {
  return async (context, options, ...args) =>
    await monitored(context, options, name, () => work(context, options, ...args));
}

/** What could not be kept is for those who watch, too: who asked for it does not have it. */
function withLosses(outcome: Outcome, losses: ReadonlySet<string>): Outcome {
  if (losses.size === 0) return outcome;
  const summary = [outcome.summary, ...losses].join("\n");
  return { ...outcome, exitCode: outcome.exitCode === 0 ? FAILED : outcome.exitCode, summary };
}

/** The text is not shown: an address of this kind is a secret. */
function addressOf(text: string | undefined, option: string): URL | undefined {
  if (text === undefined || text === "") return undefined;
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol)) return url;
  throw new UsageError(`${option}: found a text that is no address; allowed: https://… or http://…`);
}

async function keyFrom(file: string | undefined): Promise<Buffer | undefined> {
  const secret = file === undefined ? process.env[SECRET_VARIABLE] : await secretIn(file);
  if (secret === undefined || secret === "") return undefined;
  const { keyOf } = await import("./watch.ts");
  const key = keyOf(secret);
  if (typeof key !== "string") return key;
  throw new UsageError(`${file === undefined ? SECRET_VARIABLE : "--notify-secret-file"}: ${key}`);
}

async function secretIn(file: string): Promise<string> {
  const place = `--notify-secret-file: ${file}`;
  const allowed = "a file with a secret";
  const secret = (await readGiven(file, { place, mostBytes: 4_096, allowed })).trim();
  if (secret !== "") return secret;
  throw new UsageError(`${place}: found an empty file; allowed: ${allowed}`);
}
