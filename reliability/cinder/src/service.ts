/** The server's own processes, as an operator or a power failure ends and starts them. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { systemClock } from "@polyvol/core/driver";
import { ageSignOfLife } from "./database.ts";
import { ask, logIn, userOf } from "./project.ts";
import { CINDER_DIR, type CinderServer, runningServer } from "./server.ts";

const run = promisify(execFile);
const COMMAND = fileURLToPath(new URL("../server/cinder.sh", import.meta.url));

/** Ends API, scheduler, volume service and Keystone in the middle of whatever they do. */
export async function killServers(): Promise<void> {
  await run("bash", [COMMAND, "stop", "--kill", "--dir", CINDER_DIR]);
}

/** Starts them again, on what they have kept. */
export async function startServers(): Promise<CinderServer> {
  await run("bash", [COMMAND, "start", "--dir", CINDER_DIR]);
  return runningServer();
}

/** Stops the volume service: no work is taken any more, and no sign of life given. */
export function stopVolumeService(): void {
  process.kill(runningServer().pids.cinder, "SIGUSR1");
}

export function startVolumeService(): void {
  process.kill(runningServer().pids.cinder, "SIGUSR2");
}

/** The same, and lets the scheduler know of it at once: it would believe in the service for a minute. */
export async function loseVolumeService(): Promise<void> {
  stopVolumeService();
  ageSignOfLife(runningServer());
  // A sign of life that was under way makes it the minute after all.
  while (await isVolumeServiceUp()) await systemClock.sleep(100);
}

/** Whether the scheduler believes that the volume service is there. */
export async function isVolumeServiceUp(): Promise<boolean> {
  const server = runningServer();
  const admin = userOf(server, "admin");
  const token = await logIn(server, admin.name, admin.project);
  const url = `${server.root}/v3/${admin.project_id}/os-services?binary=cinder-volume`;
  const { services } = (await ask("GET", url, token)) as {
    readonly services: readonly { readonly state: string }[];
  };
  return services.some(({ state }) => state === "up");
}
