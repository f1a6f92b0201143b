import type { OffsiteCallOptions } from "@polyvol/backup";
import type { Command } from "commander";
import type { Context } from "../../context.ts";
import { collect, omitUndefined, serverId } from "../../options.ts";
import { areErrorsData, isQuiet, writeMessage } from "../../output/streams.ts";
import { cleanLines } from "../../output/terminal.ts";
import { credentialVariablesOf, deadline } from "./setup.ts";

/** Options of a command that has snapshots attached to the server that it runs on. */
export interface ServerOptions {
  readonly server?: string;
  readonly mount?: boolean;
  readonly environment?: readonly string[];
}

/** Adds `--server`, `--mount` and `--environment`. */
export function withServer(command: Command): Command {
  return command
    .option(
      "--server <id>",
      "the server that this is; default: what the provider's metadata service says",
      serverId,
    )
    .option("--mount", "mount the filesystem, too, read-only: POLYVOL_MOUNT")
    .option("--environment <name>", "a variable that the command inherits (repeatable)", collect);
}

/** What the library is told of this machine. What a command writes goes to standard error. */
export async function onServer(
  context: Context,
  { server }: ServerOptions,
): Promise<Omit<OffsiteCallOptions, "onProgress">> {
  const { devices, metadataUrl } = context.machine;
  return omitUndefined({
    serverId: server,
    devices,
    metadataUrl,
    credentialVariables: await credentialVariablesOf(await context.config()),
    abortSignal: await deadline(context),
    onOutput: isQuiet() || areErrorsData() ? undefined : showOutput,
  });
}

function showOutput(text: string): void {
  writeMessage(cleanLines(text));
}
