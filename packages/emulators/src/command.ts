/**
 * The command line `polyvol-emulator`, to be run by other programs.
 *
 * @module @polyvol/emulators/command
 */
import type { Command } from "commander";
import { digitalOceanCommand } from "./digitalocean/command.ts";
import { createCommand, runCommand } from "./kit/command.ts";
import type { CommandIo } from "./kit/command-line.ts";
import { openStackCommand } from "./openstack/command.ts";
import { samsungScpCommand } from "./samsung-scp/command.ts";

export type { CommandIo };

const PROVIDERS = [digitalOceanCommand, openStackCommand, samsungScpCommand];

/** Makes the command tree without running it, for help texts and completion. */
export function createEmulatorCommand(io: CommandIo): Command {
  return createCommand(PROVIDERS, io, () => undefined);
}

/**
 * Runs `PROVIDER …` and resolves with the exit code once the server has stopped: 0; 1 when the port cannot be opened; 2
 * when the command line is wrong.
 */
export async function runEmulatorCommand(args: readonly string[], io: CommandIo): Promise<number> {
  return await runCommand(PROVIDERS, args, io);
}
