import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEmulatedDevices, type Emulator } from "@polyvol/emulators";
import { createDigitalOceanEmulator } from "@polyvol/emulators/digitalocean";
import { createSamsungScpEmulator } from "@polyvol/emulators/samsung-scp";
import { expect, inject, onTestFinished, test } from "vitest";
import { programFile } from "../../../../scripts/test/program-file.ts";
import { createLinuxDevices, useSnapshot } from "../../src/index.ts";
import { CLOUDS, type CloudName } from "../support/mount-world.ts";
import { ACCESS_KEY, openClouds, SECRET_KEY, TOKEN } from "../support/open-clouds.ts";
import { printTable } from "../support/print.ts";
import { quickly, shown, type UseTask } from "../support/use-task.ts";

const CHILD = new URL("../support/child-use.ts", import.meta.url);
const KILLS = inject("isFull") ? 8 : 4;
const VOLUME_ID = "00000000-0000-4000-8000-000000000001";
const SERVER_ID = { do: "1001", scp: "b13531ca-99ec-4aa5-a2dd-a85665b0a358" } as const;

/** One cloud on the machine's clock, with a volume and a snapshot of it. */
async function openWorld(cloud: CloudName): Promise<{ emulator: Emulator; task: UseTask }> {
  const emulator =
    cloud === "do"
      ? createDigitalOceanEmulator({
          ...{ tokens: [TOKEN], droplets: [{ id: Number(SERVER_ID.do), region: "nyc3" }], latencyMs: 3 },
          actionDurationMs: { attach: 20, detach: 20 },
        })
      : createSamsungScpEmulator({
          ...{ accessKey: ACCESS_KEY, secretKey: SECRET_KEY, servers: [SERVER_ID.scp], latencyMs: 3 },
          durations: { volumeCreate: 40, attach: 20, detach: 20, volumeDelete: 20 },
        });
  const volume = { id: VOLUME_ID, name: "data" };
  emulator.seed(
    cloud === "do"
      ? {
          volumes: [{ ...volume, region: "nyc3", size_gigabytes: 10 }],
          snapshots: [{ name: "taken", volume_name: "data" }],
        }
      : { volumes: [{ ...volume, size: 8 }], snapshots: [{ name: "taken", volume_id: VOLUME_ID }] },
  );
  const { url, close } = await emulator.listen();
  onTestFinished(() => close());
  const stateDir = mkdtempSync(join(tmpdir(), "polyvol-claims-"));
  onTestFinished(() => rmSync(stateDir, { recursive: true, force: true }));
  const urls = { do: url, scp: url };
  return { emulator, task: { urls, cloud, serverId: SERVER_ID[cloud], volumeId: VOLUME_ID, stateDir } };
}

/** Runs a process to its end, or kills it once the provider has seen so many requests; says which it was. */
async function runChild(emulator: Emulator, task: UseTask, killAt: number): Promise<string> {
  const child = spawn(process.execPath, [programFile(CHILD), JSON.stringify(task)], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const watch = setInterval(() => {
    if (emulator.log.entries().length >= killAt) child.kill("SIGKILL");
  }, 1);
  const [status, signal] = (await once(child, "exit")) as [number | null, string | null];
  clearInterval(watch);
  return signal ?? String(status);
}

/** A cloud on which a process was killed at that moment. How often one looks differs: sooner, where it has ended by then. */
async function openKilled(cloud: CloudName, killAt: number): ReturnType<typeof openWorld> {
  const world = await openWorld(cloud);
  if ((await runChild(world.emulator, world.task, killAt)) === "SIGKILL") return world;
  return await openKilled(cloud, Math.min(killAt, world.emulator.log.entries().length) - 1);
}

// Which process lives is told by /proc.
test.skipIf(process.platform !== "linux").each(CLOUDS)(
  "on %s: a process killed by SIGKILL at many moments, and another one after it",
  async (cloud) => {
    const calm = await openWorld(cloud);
    expect(await runChild(calm.emulator, calm.task, Number.POSITIVE_INFINITY)).toBe("0");
    const total = calm.emulator.log.entries().length;
    const tally = { kills: 0, "left by the kill": 0, "left in the end": 0, attached: 0, failed: 0 };
    const moments = Array.from({ length: KILLS }, (_, index) =>
      Math.ceil(((index + 1) * total) / (KILLS + 1)),
    );
    const work = async (): Promise<void> => {
      for (let killAt = moments.shift(); killAt !== undefined; killAt = moments.shift()) {
        const { emulator, task } = await openKilled(cloud, killAt);
        tally.kills += 1;
        const strays = () => emulator.inventory().volumes.filter(({ id }) => id !== VOLUME_ID);
        if (strays().length > 0) tally["left by the kill"] += 1;
        const machine = createEmulatedDevices({
          inventory: () => emulator.inventory(),
          serverId: task.serverId,
          ...shown,
        });
        const { claim, claimOf, release } = createLinuxDevices({ stateDir: task.stateDir });
        const next = await useSnapshot(
          openClouds(task.urls, quickly)[cloud],
          { from: { volumeId: VOLUME_ID }, serverId: task.serverId },
          async () => "read",
          { devices: { ...machine, claim, claimOf, release } },
        );
        if (next.result.state !== "done" || next.problems.length > 0) tally.failed += 1;
        tally["left in the end"] += strays().length;
        tally.attached += strays().filter(({ serverIds }) => serverIds.length > 0).length;
      }
    };
    // A start takes longer than all the rest.
    await Promise.all([work(), work()]);
    printTable(`${cloud}: killed by SIGKILL at moments over about ${total} requests`, {
      "run again": tally,
    });
    expect(tally).toMatchObject({ kills: KILLS, "left in the end": 0, attached: 0, failed: 0 });
  },
);
