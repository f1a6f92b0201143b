/** The server's own processes, as an operator or a power failure ends and starts them. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
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
