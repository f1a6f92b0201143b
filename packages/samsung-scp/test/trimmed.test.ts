/** The service beneath drops white space at the ends of names and descriptions: what comes back is not what was sent. */
import { expect, test } from "vitest";
import { type Emulated, emulated } from "./emulated.ts";

const trimmed = (_key: string, value: unknown): unknown => (typeof value === "string" ? value.trim() : value);

async function trimming(): Promise<Emulated> {
  const trim: typeof fetch = (input, init) => {
    const { body } = init ?? {};
    return fetch(
      input,
      typeof body === "string" ? { ...init, body: JSON.stringify(JSON.parse(body, trimmed)) } : init,
    );
  };
  return await emulated({ storage: { fetch: trim } });
}

test.each([" db", "db ", " "])(
  "a volume or snapshot %j is refused before anything is sent, and none piles up",
  async (name) => {
    const { storage, emulator, lines } = await trimming();
    const { id: volumeId } = await storage.volumes.create({ name: "data", sizeGiB: 8 });
    const { id } = await storage.snapshots.create({ volumeId, name: "s 1" });
    lines();
    const refused = { code: "invalid_argument", outcome: "not_applied" };
    await expect(storage.volumes.create({ name, sizeGiB: 8 })).rejects.toMatchObject(refused);
    await expect(storage.snapshots.create({ volumeId, name })).rejects.toMatchObject(refused);
    await expect(storage.volumes.rename(volumeId, name)).rejects.toMatchObject(refused);
    await expect(storage.snapshots.update(id, { name })).rejects.toMatchObject(refused);
    expect(lines().filter((line) => !line.startsWith("GET"))).toEqual([]);
    expect(emulator.state()).toMatchObject({ volumes: [{ name: "data" }], snapshots: [{ name: "s 1" }] });
  },
);

test("one that has such a name all the same is the one that is asked for", async () => {
  const { storage, emulator } = await emulated();
  emulator.seed({ volumes: [{ name: "db ", size: 8 }] });
  expect((await storage.volumes.create({ name: "db ", sizeGiB: 8 })).name).toBe("db ");
  expect(emulator.state()).toMatchObject({ volumes: [{}] });
});

test("a description that comes back without white space at its ends is as it was wanted", async () => {
  const { storage, lines } = await trimming();
  const { id: volumeId } = await storage.volumes.create({ name: "data", sizeGiB: 8 });
  const { id } = await storage.snapshots.create({ volumeId, name: "s" });
  const update = () => storage.snapshots.update(id, { description: "before the move\n" });
  expect((await update()).description).toBe("before the move");
  lines();
  await update();
  expect(lines().filter((line) => !line.startsWith("GET"))).toEqual([]);
});
