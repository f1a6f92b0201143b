/** How waits end that no state of the service ends: over real HTTP. */
import { describe, expect, test } from "vitest";
import { failureOf } from "../../../scripts/test/failure-of.ts";
import { type Emulated, emulated, SERVER } from "./emulated.ts";

const ID = "11111111-1111-4111-8111-111111111111";
const MINUTE_MS = 60_000;

/** A volume that is in `state` for good. */
async function stuck(state: string): Promise<Emulated> {
  const cloud = await emulated({ storage: { apiVersion: "1.3" } });
  cloud.emulator.seed({ volumes: [{ id: ID, name: "db", state }] });
  return cloud;
}

const changes = ({ lines }: Emulated): readonly string[] => lines().filter((line) => !line.startsWith("GET"));

describe.each(["awaiting-transfer", "maintenance"])("%s waits for a person", (state) => {
  test.each([
    ["delete", ({ storage }: Emulated) => storage.volumes.delete(ID)],
    ["attach", ({ storage }: Emulated) => storage.volumes.attach(ID, SERVER)],
    ["resize", ({ storage }: Emulated) => storage.volumes.resize(ID, 16)],
    ["create, which finds it", ({ storage }: Emulated) => storage.volumes.create({ name: "db", sizeGiB: 8 })],
  ] as const)("%s is refused at once", async (_, call) => {
    const cloud = await stuck(state);
    const from = cloud.clock.now();
    const error = await failureOf(call(cloud));
    expect(error).toMatchObject({ code: "failed_precondition", outcome: "not_applied" });
    expect(error.reason).toContain(`in the state ${state}, which does not pass by itself`);
    expect(cloud.clock.now() - from).toBeLessThan(20_000);
    expect(changes(cloud)).toEqual([]);
  });

  test("what is as wanted is returned as it is", async () => {
    const cloud = await stuck(state);
    expect(await cloud.storage.volumes.resize(ID, 8)).toMatchObject({ providerState: state });
    expect(await cloud.storage.volumes.detach(ID, SERVER)).toMatchObject({ providerState: state });
    expect(changes(cloud)).toEqual([]);
  });
});

describe.each(["reserved", "detaching"])("%s for ever", (state) => {
  test.each([
    ["delete", ({ storage }: Emulated) => storage.volumes.delete(ID)],
    ["attach", ({ storage }: Emulated) => storage.volumes.attach(ID, SERVER)],
    ["resize", ({ storage }: Emulated) => storage.volumes.resize(ID, 16)],
  ] as const)("%s says at the deadline that nothing was sent", async (_, call) => {
    const cloud = await stuck(state);
    const error = await failureOf(call(cloud));
    expect(error).toMatchObject({ code: "timeout", outcome: "not_applied", retryable: true });
    expect(error.reason).toContain(`it stayed ${state}; nothing was sent`);
    expect(changes(cloud)).toEqual([]);
  });

  test("a create that finds it returns it", async () => {
    const cloud = await stuck(state);
    // Of what is young, others of the same name could still show.
    await cloud.clock.sleep(MINUTE_MS);
    const from = cloud.clock.now();
    expect(await cloud.storage.volumes.create({ name: "db", sizeGiB: 8 })).toMatchObject({ id: ID });
    expect(cloud.clock.now()).toBe(from);
    expect(changes(cloud)).toEqual([]);
  });

  test("the size that it has is returned at once, and a detach of what is not there after a minute", async () => {
    const cloud = await stuck(state);
    const from = cloud.clock.now();
    expect(await cloud.storage.volumes.resize(ID, 8)).toMatchObject({ providerState: state });
    expect(cloud.clock.now()).toBe(from);
    expect(await cloud.storage.volumes.detach(ID, SERVER)).toMatchObject({ attachments: [] });
    expect(cloud.clock.now() - from).toBeLessThan(2 * MINUTE_MS);
    expect(changes(cloud)).toEqual([]);
  });
});

describe("the service gives up what it accepted", () => {
  test.each([
    ["before the first look", 1_000],
    ["after it", 10_000],
  ])("an attach, %s", async (_, attach) => {
    const { storage, clock } = await emulated({
      emulator: { failures: [{ work: "attachVolume" }], durations: { attach } },
    });
    const { id } = await storage.volumes.create({ name: "db", sizeGiB: 8 });
    const from = clock.now();
    expect(await failureOf(storage.volumes.attach(id, SERVER))).toMatchObject({
      code: "operation_failed",
      outcome: "unknown",
    });
    expect(clock.now() - from).toBeLessThan(2 * MINUTE_MS);
  });

  test.each(["volume", "snapshot"] as const)("the deletion of a %s: it is available again", async (kind) => {
    const work = kind === "volume" ? "deleteVolume" : "deleteSnapshot";
    const durations = { volumeDelete: 20_000, snapshotDelete: 20_000 };
    const failures = [{ work, outcome: "undone" }] as const;
    const { storage, clock } = await emulated({ emulator: { failures, durations } });
    const { id: volumeId } = await storage.volumes.create({ name: "db", sizeGiB: 8 });
    const snapshot = kind === "volume" ? undefined : await storage.snapshots.create({ volumeId, name: "s" });
    await clock.sleep(MINUTE_MS);
    const from = clock.now();
    const error = await failureOf(
      snapshot === undefined ? storage.volumes.delete(volumeId) : storage.snapshots.delete(snapshot.id),
    );
    expect(error).toMatchObject({ code: "operation_failed", outcome: "unknown" });
    expect(error.reason).toContain("gave the deletion up: it is available");
    expect(clock.now() - from).toBeLessThan(MINUTE_MS);
  });

  test("the second deletion of what could not be deleted", async () => {
    const { storage, clock } = await emulated({ emulator: { failures: [{ work: "deleteSnapshot" }] } });
    const { id: volumeId } = await storage.volumes.create({ name: "db", sizeGiB: 8 });
    const { id } = await storage.snapshots.create({ volumeId, name: "s" });
    await clock.sleep(MINUTE_MS);
    expect(await failureOf(storage.snapshots.delete(id))).toMatchObject({ code: "operation_failed" });
    const from = clock.now();
    expect(await failureOf(storage.snapshots.delete(id))).toMatchObject({ code: "operation_failed" });
    expect(clock.now() - from).toBeLessThan(2 * MINUTE_MS);
  });
});
