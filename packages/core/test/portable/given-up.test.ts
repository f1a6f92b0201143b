import { describe, expect, test } from "vitest";
import { type Shown, secondsOf, type World, world } from "./shown-world.ts";

const KINDS = [
  ["a volume", ({ storage, volumeId }: World) => storage.volumes.delete(volumeId, { snapshots: "delete" })],
  ["a snapshot", ({ storage, snapshotId }: World) => storage.snapshots.delete(snapshotId)],
] as const;

describe.each(KINDS)("the deletion of %s", (what, remove) => {
  const open = (sent: () => void = () => undefined): Promise<World> =>
    world(({ deleteSnapshot }) => ({
      deleteVolume: async () => {
        sent();
        return {};
      },
      // Of a volume the snapshots go, so that it is the volume that stays.
      deleteSnapshot: async (id, context) => {
        if (what === "a volume") return await deleteSnapshot(id, context);
        sent();
        return {};
      },
    }));

  test.each(["available", "error"] as const)("given up by the provider: at rest again, %s", async (state) => {
    let sentAt: number | undefined;
    const given: World = await open(() => {
      sentAt = given.clock.now();
    });
    given.show(() => {
      const sinceMs = sentAt === undefined ? undefined : given.clock.now() - sentAt;
      const isDeleting = sinceMs !== undefined && sinceMs < 20_000;
      return isDeleting ? { state: "deleting", providerState: "deleting" } : { state, providerState: state };
    });
    const removed = remove(given);
    const seconds = await secondsOf(given.clock, removed, "operation_failed");
    expect(seconds).toBeGreaterThan(20);
    expect(seconds).toBeLessThan(60);
    await expect(removed).rejects.toThrow(
      state === "error" ? /reports the state error/ : /gave the deletion up: it is available/,
    );
  });

  test.each([
    ["restoring", "restoring", 60],
    ["unknown", "retyping", 120],
  ] as const)("given up, and %s since (by the word %s)", async (state, providerState, most) => {
    let sentAt: number | undefined;
    const given: World = await open(() => {
      sentAt = given.clock.now();
    });
    given.show(() => {
      if (sentAt === undefined) return {};
      const isDeleting = given.clock.now() - sentAt < 20_000;
      // A volume knows no state of that name.
      const now = what === "a volume" && state === "restoring" ? "reverting" : state;
      return isDeleting
        ? { state: "deleting", providerState: "deleting" }
        : ({ state: now, providerState } as Shown);
    });
    const removed = remove(given);
    expect(await secondsOf(given.clock, removed, "operation_failed")).toBeLessThan(most);
    await expect(removed).rejects.toThrow(`gave the deletion up: it is ${providerState}`);
  });

  test("never begun: not waited for until the deadline", async () => {
    const given = await open();
    const removed = remove(given);
    const seconds = await secondsOf(given.clock, removed, "operation_failed");
    expect(seconds).toBeGreaterThanOrEqual(60);
    expect(seconds).toBeLessThan(120);
    await expect(removed).rejects.toThrow(/nothing has come of it: it is available/);
  });

  test("whose reads come from a copy that lags behind, now and then, is waited for", async () => {
    let sentAt = Number.POSITIVE_INFINITY;
    const given: World = await world((driver, clock) => {
      const late = (send: typeof driver.deleteVolume): typeof driver.deleteVolume => {
        return async (id, context) => {
          sentAt = clock.now();
          void clock.sleep(300_000).then(() => send(id, context));
          return {};
        };
      };
      return what === "a volume"
        ? { deleteVolume: late(driver.deleteVolume) }
        : { deleteSnapshot: late(driver.deleteSnapshot) };
    });
    let reads = 0;
    given.show(() => {
      if (given.clock.now() < sentAt || given.clock.now() > sentAt + 300_000) return undefined;
      reads += 1;
      return reads % 3 === 0 ? undefined : { state: "deleting" };
    });
    await remove(given);
    expect(given.clock.now() - sentAt).toBeGreaterThanOrEqual(300_000);
    expect(reads).toBeGreaterThan(10);
  });
});
