import { isPolyvolError } from "@polyvol/core";
import type { SamsungScpState } from "@polyvol/emulators/samsung-scp";
import { describe, expect, test } from "vitest";
import { samsungScp } from "../src/index.ts";
import { emulated, OTHER_SERVER, SERVER } from "./emulated.ts";

describe("what is meant", () => {
  test("a volume is never deleted with its snapshots unless that is said", async () => {
    const { storage, emulator } = await emulated();
    const { id } = await storage.volumes.create({ name: "data", sizeGiB: 8 });
    await storage.snapshots.create({ volumeId: id, name: "s" });
    await expect(storage.volumes.delete(id)).rejects.toMatchObject({ code: "failed_precondition" });
    expect((emulator.state() as SamsungScpState).snapshots).toHaveLength(1);
  });

  test("an accepted create is not believed to be available", async () => {
    const { storage, emulator } = await emulated({ emulator: { createdState: "available" } });
    const begun = await storage.volumes.beginCreate({ name: "data", sizeGiB: 8 });
    expect(begun.resource.state).toBe("available");
    expect(await begun.status()).toMatchObject({ state: "running" });
    expect(await begun.wait()).toMatchObject({ state: "available" });
    const made = (emulator.state() as SamsungScpState).volumes[0];
    expect(made?.["state"]).toBe("available");
  });

  test("a snapshot and a volume that are deleted too early are deleted a little later", async () => {
    for (const status of [409, 500] as const) {
      const races = {
        snapshotDeleteAfterCreateMs: 20_000,
        volumeDeleteAfterSnapshotDeleteMs: 30_000,
        status,
      };
      const { storage, emulator, events } = await emulated({ emulator: { races } });
      const { id } = await storage.volumes.create({ name: "data", sizeGiB: 8 });
      const snapshot = await storage.snapshots.create({ volumeId: id, name: "s" });
      await storage.snapshots.delete(snapshot.id);
      await storage.volumes.delete(id);
      expect(emulator.state()).toMatchObject({ volumes: [], snapshots: [] });
      expect(events.filter(({ type }) => type === "retry").length).toBeGreaterThan(1);
    }
  });

  test("a snapshot that is being created is deleted once it can be, however that is refused", async () => {
    for (const status of [400, 409, 500] as const) {
      const { storage, emulator } = await emulated({ emulator: { races: { status } } });
      const { id } = await storage.volumes.create({ name: "data", sizeGiB: 8 });
      const { resource } = await storage.snapshots.beginCreate({ volumeId: id, name: "s" });
      expect(resource.state).toBe("creating");
      await storage.snapshots.delete(resource.id);
      expect(emulator.state()).toMatchObject({ volumes: [{ id }], snapshots: [] });
    }
  });

  test("attaching elsewhere is refused by type of volume", async () => {
    const { storage } = await emulated();
    const one = await storage.volumes.create({ name: "one", sizeGiB: 8, volumeType: "SSD" });
    await storage.volumes.attach(one.id, SERVER);
    await expect(storage.volumes.attach(one.id, OTHER_SERVER)).rejects.toMatchObject({
      code: "failed_precondition",
    });
    const many = await storage.volumes.create({ name: "many", sizeGiB: 8, volumeType: "SSD_MultiAttach" });
    await storage.volumes.attach(many.id, SERVER);
    expect((await storage.volumes.attach(many.id, OTHER_SERVER)).attachments).toHaveLength(2);
  });

  test("an in-use volume is not snapshotted when that is not wanted", async () => {
    const { storage } = await emulated();
    const { id } = await storage.volumes.create({ name: "data", sizeGiB: 8 });
    await storage.volumes.attach(id, SERVER);
    const input = { volumeId: id, name: "s", allowAttached: false };
    await expect(storage.snapshots.create(input)).rejects.toMatchObject({ code: "failed_precondition" });
    expect(await storage.snapshots.create({ ...input, allowAttached: true })).toMatchObject({
      state: "available",
    });
  });

  test("after an extension the older snapshot is not reverted to", async () => {
    const { storage } = await emulated();
    const { id } = await storage.volumes.create({ name: "data", sizeGiB: 8 });
    const snapshot = await storage.snapshots.create({ volumeId: id, name: "s" });
    await storage.volumes.resize(id, 16);
    await expect(storage.volumes.revert(id, snapshot.id)).rejects.toMatchObject({
      code: "failed_precondition",
    });
  });

  test("a storage is of one region", async () => {
    const { storage, lines } = await emulated({ storage: { apiVersion: "1.3" } });
    await expect(storage.volumes.create({ name: "x", sizeGiB: 8, region: "kr-east1" })).rejects.toMatchObject(
      {
        code: "invalid_argument",
        reason: 'region: found "kr-east1", allowed: kr-west1, the one of this storage',
      },
    );
    expect(await storage.volumes.list({ region: "kr-east1" }).toArray()).toEqual([]);
    expect(lines()).toEqual([]);
  });

  test("options of the provider are strict", async () => {
    const { storage } = await emulated();
    const volume = (options: Record<string, unknown>) =>
      storage.volumes.create({ name: "x", sizeGiB: 8, providerOptions: { "samsung-scp": options } });
    await expect(volume({ maxIops: 0 })).rejects.toMatchObject({
      code: "invalid_argument",
      reason: 'providerOptions["samsung-scp"] maxIops: found 0, allowed: a whole number above 0',
    });
    await expect(volume({ maxIOPS: 1 })).rejects.toMatchObject({
      reason: 'providerOptions["samsung-scp"]: found maxIOPS, allowed: maxIops, maxThroughput',
    });
    const { id } = await volume({});
    const providerOptions = { "samsung-scp": { maxIops: 1 } };
    await expect(
      storage.snapshots.create({ volumeId: id, name: "s", providerOptions }),
    ).rejects.toMatchObject({
      reason: 'providerOptions["samsung-scp"]: found maxIops, allowed: none',
    });
  });

  test("sizes are refused with the next valid ones, or rounded up where that is asked for", async () => {
    const { storage, lines } = await emulated({ storage: { apiVersion: "1.3" } });
    await expect(storage.volumes.create({ name: "x", sizeGiB: 12 })).rejects.toMatchObject({
      code: "out_of_range",
      reason: expect.stringMatching(/8 and 16/),
    });
    expect(lines()).toEqual([]);
    expect((await storage.volumes.create({ name: "x", sizeGiB: 12, roundUpSize: true })).sizeGiB).toBe(16);
  });

  test.each([
    ["a name with a dot", { name: "a.b" }],
    ["a name in Korean", { name: "볼륨" }],
    ["a name that is too long", { name: "n".repeat(256) }],
    ["tags that are not flat", { name: "s", tags: { a: { b: "c" } as unknown as string } }],
    ["a tag with the key of the mark", { name: "s", tags: { "polyvol-attempt": "x" } }],
  ])("%s is refused before any request", async (_, input) => {
    const { storage, lines } = await emulated({ storage: { apiVersion: "1.3" } });
    const volumeId = "3f500f00-ed80-4566-a057-e31760226f9a";
    const error = await storage.snapshots.create({ volumeId, ...input }).catch((thrown: unknown) => thrown);
    expect(isPolyvolError(error, "invalid_argument") && error.outcome).toBe("not_applied");
    expect(lines()).toEqual([]);
  });

  test("times without a zone are UTC", async () => {
    const { storage, clock } = await emulated({ emulator: { timestamps: "zoneless" } });
    const now = clock.now();
    const { createdAt } = await storage.volumes.create({ name: "data", sizeGiB: 8 });
    expect(Math.abs(createdAt.getTime() - now)).toBeLessThan(1_000);
  });

  test("a filter of names that matches parts is made exact", async () => {
    const { storage } = await emulated({ emulator: { nameFilter: "partial" } });
    const { id } = await storage.volumes.create({ name: "data", sizeGiB: 8 });
    await storage.volumes.create({ name: "data-2", sizeGiB: 8 });
    expect(await storage.volumes.find({ name: "data" })).toMatchObject({ id });
  });

  test("a type that does not exist, and an account that is full", async () => {
    const { storage } = await emulated({ emulator: { quotas: { volumes: 1 } } });
    const create = (name: string, volumeType: string) =>
      storage.volumes.create({ name, sizeGiB: 8, volumeType });
    await expect(create("a", "ssd")).rejects.toMatchObject({
      code: "invalid_argument",
      outcome: "not_applied",
    });
    await create("a", "SSD");
    await expect(create("b", "SSD")).rejects.toMatchObject({ code: "resource_exhausted", retryable: false });
  });

  test("what is not a storage of this provider has none of its operations", async () => {
    const { storage } = await emulated();
    const { attemptIdOf: _, ...driver } = storage.driver;
    expect(() => samsungScp({ ...storage, provider: "other", driver })).toThrow(/not one of samsung-scp/);
  });
});
