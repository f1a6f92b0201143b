/** More than two processes, and more than one call in each, that make the same at the same time. */
import type { BlockStorage } from "@polyvol/core";
import { expect, test } from "vitest";
import { emulated } from "./emulated.ts";

const KINDS: readonly (readonly [
  string,
  (storage: BlockStorage, volumeId: string) => Promise<{ readonly id: string }>,
])[] = [
  ["volume", (storage) => storage.volumes.create({ name: "db", sizeGiB: 8 })],
  ["snapshot", (storage, volumeId) => storage.snapshots.create({ volumeId, name: "nightly" })],
];

test.each(KINDS)("a %s is one, and each call gets it", async (_, create) => {
  const { storage, another, emulator, clock } = await emulated();
  const { id: volumeId } = await storage.volumes.create({ name: "source", sizeGiB: 8 });
  const processes = [another(), another(), another()];
  const calls = processes.flatMap((each) => Array.from({ length: 3 }, () => create(each, volumeId)));
  // One that begins when two are there already, and neither has given way.
  const late = clock.sleep(1_000).then(() => create(another(), volumeId));
  const made = await Promise.all([...calls, late]);
  expect(new Set(made.map(({ id }) => id)).size).toBe(1);
  const { volumes, snapshots } = await emulator.inventory();
  const named = [...volumes, ...snapshots].filter(({ name }) => name !== "source");
  expect(named.map(({ id }) => id)).toEqual([made[0]?.id]);
});

test("two that have long been there are told at once", async () => {
  const { storage, emulator, clock, lines } = await emulated();
  emulator.seed({
    volumes: [
      { name: "db", size: 8 },
      { name: "db", size: 8 },
    ],
  });
  await clock.sleep(300_000);
  lines();
  const from = clock.now();
  await expect(storage.volumes.create({ name: "db", sizeGiB: 8 })).rejects.toMatchObject({
    code: "conflict",
  });
  expect(clock.now()).toBe(from);
  expect(lines().filter((line) => !line.startsWith("GET /v1/volumes?"))).toEqual(["GET /"]);
});
