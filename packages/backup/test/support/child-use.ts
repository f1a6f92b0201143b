/** A use of a snapshot in a process of its own: what the SIGKILL test kills. Reads its task from argv. */
import type { Inventory } from "@polyvol/emulators";
import { createEmulatedDevices } from "../../../emulators/src/kit/devices.ts";
import { createLinuxDevices, useSnapshot } from "../../src/index.ts";
import { openClouds } from "./open-clouds.ts";
import { quickly, shown, type UseTask } from "./use-task.ts";

const task = JSON.parse(process.argv[2] ?? "{}") as UseTask;
const { urls, cloud, serverId, volumeId, stateDir } = task;
const machine = createEmulatedDevices({
  inventory: async () => (await (await fetch(`${urls[cloud]}/_emulator/inventory`)).json()) as Inventory,
  serverId,
  ...shown,
});
// Who lives is what the real machine says.
const { claim, claimOf, release } = createLinuxDevices({ stateDir });
void useSnapshot(
  openClouds(urls, quickly)[cloud],
  { from: { volumeId }, serverId, mount: true },
  async () => "read",
  { devices: { ...machine, claim, claimOf, release } },
).then((use) => {
  process.exitCode = use.result.state === "done" && use.isRemoved ? 0 : 1;
});
