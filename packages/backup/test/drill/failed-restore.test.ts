import { expect, test } from "vitest";
import { drill, restore } from "../../src/index.ts";
import { createMemoryWorld, type MemoryWorld } from "../support/memory-clouds.ts";

/** An account with the rules of Samsung, a volume and a snapshot of it; the next restores fail at the provider. */
async function failing(count: number): Promise<MemoryWorld & { readonly volumeId: string }> {
  const world = createMemoryWorld("2026-05-10T03:05:00Z");
  const { scp } = world.open();
  const { id: volumeId } = await scp.volumes.create({ name: "db", sizeGiB: 8 });
  await scp.snapshots.create({ volumeId, name: "s" });
  world.accounts.scp.inject({ on: "createVolume", effect: "break", count });
  return { ...world, volumeId };
}

async function namesLeft(world: MemoryWorld): Promise<readonly string[]> {
  return (await world.open().scp.volumes.list().toArray()).map(({ name }) => name);
}

test("drills that fail night after night leave nothing that counts against the quota", async () => {
  const world = await failing(3);
  const request = { cloud: "scp", from: { volumeId: world.volumeId } };
  for (let night = 1; night <= 3; night += 1) {
    const report = await drill(request, world.open(), { clock: world.clock });
    expect(report).toMatchObject({ ok: false, problems: [{ code: "operation_failed" }] });
    expect(await namesLeft(world)).toEqual(["db"]);
    await world.clock.sleep(86_400_000);
  }
  expect(await drill(request, world.open(), { clock: world.clock })).toMatchObject({ ok: true });
});

test("a restore that fails leaves nothing, and the same restore again succeeds", async () => {
  const world = await failing(1);
  const request = { cloud: "scp", from: { volumeId: world.volumeId }, newName: "db-restored" };
  await expect(restore(request, world.open())).rejects.toMatchObject({ code: "operation_failed" });
  expect(await namesLeft(world)).toEqual(["db"]);
  expect((await restore(request, world.open())).volume).toMatchObject({ name: "db-restored" });
});
