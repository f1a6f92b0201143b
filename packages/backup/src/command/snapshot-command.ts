import type { Clock } from "@polyvol/core";
import { omitUndefined } from "@polyvol/core/driver";
import { showDuration } from "../duration.ts";
import type { DeviceLayer } from "../mount/device-layer.ts";
import type { MountedSnapshot } from "../mount/types.ts";
import { parseSnapshotName, volumeNameOn } from "../naming.ts";
import { commandEnvironment } from "../policy/environment.ts";
import type { Offsite } from "../policy/types.ts";
import { CommandError } from "../problem.ts";
import type { RecordedCommand } from "../record/entry.ts";
import type { CommandOutput } from "./last-words.ts";
import { runCommand } from "./run-command.ts";

/** How long a command may clean up after itself: less than its reader is waited for. */
export const GRACE_MS = 20_000;

/** A command that reads a snapshot. */
export interface SnapshotCommand extends Omit<Offsite, "everyMs"> {
  /** What gives it longer, for the message of one that is late. */
  readonly longer: string;
}

/** What it is about, for its environment. */
export interface CommandPlace {
  readonly cloud: string;
  readonly provider: string;
  readonly policyId?: string | undefined;
  /** Default: the name that the snapshot carries, where it carries one. */
  readonly volumeName?: string | undefined;
}

/** On whose time it runs, with what, and who hears it. */
export interface CommandContext {
  readonly clock: Clock;
  readonly devices: DeviceLayer;
  /** Variables that it never inherits: the credentials of the clouds. */
  readonly credentialVariables: readonly string[];
  readonly onOutput?: CommandOutput | undefined;
}

/** What became of it. */
export interface RanCommand {
  readonly command: RecordedCommand;
  /** Why it counts as failed. */
  readonly error?: CommandError;
}

/** Runs a command on a snapshot that this machine can read, and says how much it read. */
export async function runOnSnapshot(
  command: SnapshotCommand,
  mounted: MountedSnapshot,
  place: CommandPlace,
  { abortSignal, ...context }: CommandContext & { readonly abortSignal: AbortSignal },
): Promise<RanCommand> {
  const { clock, devices, credentialVariables, onOutput } = context;
  const own = variablesOf(mounted, place);
  const environment = commandEnvironment(process.env, command.environment, credentialVariables, own);
  const readBefore = await bytesRead(devices, mounted.device);
  const run = () =>
    runCommand(command, { environment, abortSignal, graceMs: GRACE_MS, leavesNothing: true, onOutput });
  const end = await (clock.during?.(run) ?? run());
  const readAfter = await bytesRead(devices, mounted.device);
  const [program] = command.command;
  const { exitCode, durationMs } = end;
  const isKnown = readBefore !== undefined && readAfter !== undefined;
  const read = isKnown ? Math.max(0, readAfter - readBefore) : undefined;
  const ran: RecordedCommand = omitUndefined({ program, exitCode, durationMs, bytesRead: read });
  if (end.ok) return { command: ran };
  const said = end.said === "" ? "" : `: ${end.said}`;
  const fate = end.mayStillRun ? "could not be killed" : "was ended";
  const reason = end.late
    ? `took longer than ${showDuration(command.timeoutMs)} and ${fate} (${command.longer} gives it longer)`
    : end.how;
  const text = `the command ${JSON.stringify(program)} ${reason}${said}`;
  return { command: ran, error: new CommandError(program, end.late ? "timeout" : "operation_failed", text) };
}

/** Unknown where the system does not say it: nothing fails for want of a figure. */
async function bytesRead(devices: DeviceLayer, device: string): Promise<number | undefined> {
  return await devices.bytesRead?.(device).catch(() => undefined);
}

function variablesOf(
  { snapshot, device, sizeBytes, path }: MountedSnapshot,
  { cloud, provider, policyId, volumeName = volumeNameOn(snapshot) }: CommandPlace,
): Readonly<Record<string, string>> {
  const slot = parseSnapshotName(snapshot.name, snapshot.volumeId)?.slot.toISOString();
  return omitUndefined({
    POLYVOL_POLICY: policyId,
    POLYVOL_CLOUD: cloud,
    POLYVOL_PROVIDER: provider,
    POLYVOL_VOLUME_ID: snapshot.volumeId,
    POLYVOL_VOLUME_NAME: volumeName,
    POLYVOL_SLOT: slot,
    POLYVOL_SNAPSHOT_ID: snapshot.id,
    POLYVOL_SNAPSHOT_NAME: snapshot.name,
    POLYVOL_TAKEN_AT: snapshot.createdAt.toISOString(),
    POLYVOL_DEVICE: device,
    POLYVOL_DEVICE_BYTES: String(sizeBytes),
    POLYVOL_MOUNT: path,
  });
}
