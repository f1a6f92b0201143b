/** One task by Polyvol, told by the environment; prints one line of JSON. The same as in peers.py and gophercloud.go. */
import { createOpenStackStorage } from "@polyvol/openstack";

const { TASK = "", REPEATS = "1", NAME = "", VOLUME_ID = "" } = process.env;
const { volumes, snapshots } = createOpenStackStorage();

const TASKS: Readonly<Record<string, () => Promise<number | string>>> = {
  list: async () => (await volumes.list().toArray()).length,
  snapshot: async () => (await snapshots.create({ volumeId: VOLUME_ID, name: NAME })).state,
  create: async () => (await volumes.create({ name: NAME, sizeGiB: 1 })).id,
};

let result: number | string | undefined;
let cpuMs = 0;
let ms = 0;
for (let repeat = 0; repeat < Number(REPEATS); repeat += 1) {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  result = await TASKS[TASK]?.().catch((error: unknown) => `failed: ${String(error)}`);
  const { user, system } = process.cpuUsage(before);
  [cpuMs, ms] = [(user + system) / 1_000, performance.now() - startedAt];
}
process.stdout.write(`${JSON.stringify({ result, cpuMs, ms })}\n`);
