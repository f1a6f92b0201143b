import { PolyvolError } from "@polyvol/core";
import type { BlockStorageDriver } from "@polyvol/core/driver";
import { describe, expect, test } from "vitest";
import { secondsOf, type World, world } from "./shown-world.ts";

describe("a change that comes to nothing", () => {
  const accepted = (): Partial<BlockStorageDriver> => ({
    attachVolume: async () => ({}),
    detachVolume: async () => ({}),
    resizeVolume: async () => ({}),
    renameVolume: async () => ({ settled: true }),
    updateSnapshot: async () => ({ settled: true }),
  });

  test.each([
    ["attach", ({ storage, volumeId }: World) => storage.volumes.attach(volumeId, "server-1")],
    ["resize", ({ storage, volumeId }: World) => storage.volumes.resize(volumeId, 16)],
    ["rename", ({ storage, volumeId }: World) => storage.volumes.rename(volumeId, "other")],
    ["update", ({ storage, snapshotId }: World) => storage.snapshots.update(snapshotId, { name: "t" })],
  ] as const)("before anybody looked: %s", async (_, change) => {
    const given = await world(accepted);
    const seconds = await secondsOf(given.clock, change(given), "operation_failed");
    expect(seconds).toBeGreaterThanOrEqual(60);
    expect(seconds).toBeLessThan(120);
  });

  test("although its record calls it done", async () => {
    const given = await world(() => ({
      attachVolume: async () => ({ pending: { kind: "job", token: "1" } }),
      checkPending: async () => ({ state: "succeeded" }),
    }));
    const attached = given.storage.volumes.attach(given.volumeId, "server-1");
    const seconds = await secondsOf(given.clock, attached, "operation_failed");
    expect(seconds).toBeGreaterThanOrEqual(60);
    expect(seconds).toBeLessThan(120);
    await expect(attached).rejects.toThrow(/ended it without effect/);
  });

  test.each([
    ["accepted", { asynchronous: false }, undefined, "unknown"],
    ["accepted, and followed by a record", { mode: "record" }, undefined, "unknown"],
    [
      "refused for the size that another client gave it",
      { asynchronous: false },
      "failed_precondition",
      "not_applied",
    ],
    ["without an answer, and looked for", {}, "unavailable", "unknown"],
  ] as const)(
    "a growth that was overtaken by a larger one says so at once: %s",
    async (...[, options, code, outcome]) => {
      const given = await world(
        (driver) => ({
          resizeVolume: async (id, _sizeGiB, context) => {
            const changed = await driver.resizeVolume?.(id, 32, context);
            if (code === undefined) return changed ?? {};
            throw new PolyvolError(code, "no", { outcome, retryable: code === "unavailable" });
          },
        }),
        options,
      );
      const from = given.clock.now();
      await expect(given.storage.volumes.resize(given.volumeId, 16)).rejects.toMatchObject({
        ...{ code: "out_of_range", outcome, retryable: false },
        reason: expect.stringMatching(
          /^it has 32 GiB, and 16 GiB were asked for: another resize has overtaken this one/,
        ),
      });
      expect(given.clock.now() - from).toBeLessThan(15_000);
    },
  );

  test("a growth that was done before somebody deletes the volume tells of no two sizes that are one", async () => {
    const given = await world(() => ({ resizeVolume: async () => ({}) }));
    void given.clock.sleep(2_000).then(() => given.show(() => ({ state: "deleting", sizeGiB: 16 })));
    await expect(given.storage.volumes.resize(given.volumeId, 16)).rejects.toMatchObject({
      ...{ code: "operation_failed", reason: "it is being deleted" },
    });
  });

  test("a record that lags before its resource shows it is no failure", async () => {
    const given = await world((driver, clock) => ({
      attachVolume: async (id, server, context) => {
        void clock.sleep(8_000).then(() => driver.attachVolume?.(id, server, context));
        return { pending: { kind: "job", token: "1" } };
      },
      checkPending: async () => ({ state: "succeeded" }),
    }));
    expect(await given.storage.volumes.attach(given.volumeId, "server-1")).toMatchObject({ state: "in_use" });
  });

  test("what begins late, or has no record for a while, is waited for", async () => {
    const late = await world((driver, clock) => ({
      resizeVolume: async (id, sizeGiB, context) => {
        void clock.sleep(45_000).then(() => driver.resizeVolume?.(id, sizeGiB, context));
        return {};
      },
    }));
    expect(await late.storage.volumes.resize(late.volumeId, 16)).toMatchObject({ sizeGiB: 16 });
    const absent = await world((driver, clock) => {
      let from: number | undefined;
      return {
        resizeVolume: async (id, sizeGiB, context) => {
          from = clock.now();
          await driver.resizeVolume?.(id, sizeGiB, context);
          return { pending: { kind: "job", token: "1" } };
        },
        checkPending: async () =>
          clock.now() - (from ?? 0) < 30_000 ? { state: "absent" } : { state: "succeeded" },
      };
    });
    expect(await absent.storage.volumes.resize(absent.volumeId, 16)).toMatchObject({ sizeGiB: 16 });
  });

  test("a record that cannot be read keeps nobody waiting for what the resource shows", async () => {
    const given = await world(({ resizeVolume }) => ({
      resizeVolume: async (...asked) => {
        await resizeVolume?.(...asked);
        return { pending: { kind: "job", token: "1" } };
      },
      checkPending: async () => {
        throw new PolyvolError("unavailable", "no answer", { retryable: true });
      },
    }));
    const from = given.clock.now();
    expect(await given.storage.volumes.resize(given.volumeId, 16)).toMatchObject({ sizeGiB: 16 });
    expect(given.clock.now() - from).toBeLessThan(120_000);
  });

  test("a record that never shows is a failure after a minute", async () => {
    const given = await world(() => ({
      attachVolume: async () => ({ pending: { kind: "job", token: "1" } }),
      checkPending: async () => ({ state: "absent" }),
    }));
    const attached = given.storage.volumes.attach(given.volumeId, "server-1");
    expect(await secondsOf(given.clock, attached, "operation_failed")).toBeLessThan(90);
    await expect(attached).rejects.toThrow(/no record of the change/);
  });
});

describe("a change that ends in an error state is not done, although the volume looks as wanted", () => {
  const CHANGES = [
    ["revert", ({ storage, volumeId, snapshotId }: World) => storage.volumes.revert(volumeId, snapshotId)],
    ["resize", ({ storage, volumeId }: World) => storage.volumes.resize(volumeId, 16)],
    ["attach", ({ storage, volumeId }: World) => storage.volumes.attach(volumeId, "server-1")],
  ] as const;

  test.each(CHANGES)("%s", async (_, change) => {
    let isSent = false;
    const sending = <Given extends readonly unknown[], T>(send: ((...given: Given) => T) | undefined) =>
      send === undefined
        ? undefined
        : (...given: Given): T => {
            isSent = true;
            return send(...given);
          };
    const given = await world((driver) => ({
      revertVolume: sending(driver.revertVolume?.bind(driver)) ?? (() => Promise.reject()),
      resizeVolume: sending(driver.resizeVolume?.bind(driver)) ?? (() => Promise.reject()),
      attachVolume: sending(driver.attachVolume?.bind(driver)) ?? (() => Promise.reject()),
    }));
    const attachments = [{ serverId: "server-1" }];
    const looks = { sizeGiB: 16, attachments, state: "error", providerState: "error" } as const;
    given.show(() => (isSent ? looks : {}));
    await expect(change(given)).rejects.toMatchObject({ code: "operation_failed", outcome: "unknown" });
  });
});
