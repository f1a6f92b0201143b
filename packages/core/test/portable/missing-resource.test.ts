/** `not_found` is about what is missing, never about what is there: callers forget what it names. */
import {
  type BlockStorage,
  createBlockStorage,
  PolyvolError,
  type ResourceRef,
  type Volume,
} from "@polyvol/core";
import type { BlockStorageDriver } from "@polyvol/core/driver";
import { describe, expect, test } from "vitest";
import { failureOf } from "../../../../scripts/test/failure-of.ts";
import { openMemory } from "./open-memory.ts";

const NO_VOLUME = "volume-999999";
const NO_SNAPSHOT = "snapshot-999999";
const NO_SERVER = "server-999999";

type Given = BlockStorage & { readonly volumeId: string };
const CALLS: readonly (readonly [string, ResourceRef, (given: Given) => Promise<unknown>])[] = [
  ["get", { kind: "volume", id: NO_VOLUME }, ({ volumes }) => volumes.get(NO_VOLUME)],
  ["resize", { kind: "volume", id: NO_VOLUME }, ({ volumes }) => volumes.resize(NO_VOLUME, 16)],
  ["attach", { kind: "volume", id: NO_VOLUME }, ({ volumes }) => volumes.attach(NO_VOLUME, "server-1")],
  [
    "attach to a missing server",
    { kind: "server", id: NO_SERVER },
    ({ volumes, volumeId }) => volumes.attach(volumeId, NO_SERVER),
  ],
  [
    "revert to a missing snapshot",
    { kind: "snapshot", id: NO_SNAPSHOT },
    ({ volumes, volumeId }) => volumes.revert(volumeId, NO_SNAPSHOT),
  ],
  [
    "create from a missing snapshot",
    { kind: "snapshot", id: NO_SNAPSHOT },
    ({ volumes }) => volumes.create({ name: "copy", sourceSnapshotId: NO_SNAPSHOT }),
  ],
  ...[true, false].map(
    (allowAttached) =>
      [
        `snapshot of a missing volume, allowAttached ${allowAttached}`,
        { kind: "volume", id: NO_VOLUME },
        ({ snapshots }: Given) => snapshots.create({ volumeId: NO_VOLUME, name: "s", allowAttached }),
      ] as const,
  ),
  [
    "update of a missing snapshot",
    { kind: "snapshot", id: NO_SNAPSHOT },
    ({ snapshots }) => snapshots.update(NO_SNAPSHOT, { name: "t" }),
  ],
];

test.each(CALLS)("%s", async (_, resource, call) => {
  const { storage } = openMemory();
  const { id: volumeId } = await storage.volumes.create({ name: "db", sizeGiB: 8 });
  const error = await failureOf(call({ ...storage, volumeId }));
  expect(error).toMatchObject({ code: "not_found", outcome: error.outcome && "not_applied" });
  expect(error.resource).toEqual(resource);
});

/** A storage whose provider does not find what it shows: for the first `times` requests of a change. */
async function behind(
  times: number,
): Promise<{ readonly storage: BlockStorage; readonly sent: () => number }> {
  const { clock, driver } = openMemory();
  const { resizeVolume, renameVolume } = driver;
  if (resizeVolume === undefined || renameVolume === undefined) return expect.unreachable("it can do both");
  let sent = 0;
  const late = <T>(work: () => Promise<T>): Promise<T> => {
    sent += 1;
    if (sent <= times) throw new PolyvolError("not_found", "there is none", { outcome: "not_applied" });
    return work();
  };
  const changed: BlockStorageDriver = {
    ...driver,
    resizeVolume: async (...given) => await late(() => resizeVolume.apply(driver, given)),
    renameVolume: async (...given) => await late(() => renameVolume.apply(driver, given)),
  };
  return { storage: createBlockStorage(changed, { clock }), sent: () => sent };
}

test.each(["resize", "rename"] as const)("%s of what is shown and not found is asked again", async (name) => {
  const change = ({ volumes }: BlockStorage, id: string): Promise<unknown> =>
    name === "resize" ? volumes.resize(id, 16) : volumes.rename(id, "other");
  const soon = await behind(1);
  const { id } = await soon.storage.volumes.create({ name: "db", sizeGiB: 8 });
  await change(soon.storage, id);
  expect(soon.sent()).toBe(2);

  const never = await behind(Number.POSITIVE_INFINITY);
  const volume = await never.storage.volumes.create({ name: "db", sizeGiB: 8 });
  const error = await failureOf(change(never.storage, volume.id));
  expect(error).toMatchObject({ code: "unavailable", retryable: true, outcome: "not_applied" });
  expect(error.reason).toContain("shows it, and does not find it for the change: there is none");
});

test("a restore whose snapshot goes before it is sent names the snapshot", async () => {
  const { clock, driver } = openMemory();
  const gone = new PolyvolError("not_found", "there is none", { outcome: "not_applied" });
  const { volumes, snapshots } = createBlockStorage(
    {
      ...driver,
      createVolume: async (input, context) => {
        if (input.sourceSnapshotId !== undefined) throw gone;
        return await driver.createVolume(input, context);
      },
    },
    { clock },
  );
  const { id: volumeId } = await volumes.create({ name: "db", sizeGiB: 8 });
  const { id } = await snapshots.create({ volumeId, name: "s" });
  const error = await failureOf(volumes.create({ name: "copy", sourceSnapshotId: id }));
  expect(error).toMatchObject({ code: "not_found", resource: { kind: "snapshot", id } });
});

describe("an accepted change whose volume is missing from a look", () => {
  /** Looks from the one after the change on find nothing, so many; the change takes effect after 45 s. */
  async function lagging(
    looks: number,
    failure: PolyvolError = new PolyvolError("not_found", "no such volume"),
  ): Promise<{
    readonly resized: Promise<Volume>;
    readonly sent: () => number;
  }> {
    const { clock, driver } = openMemory();
    let sent = 0;
    let misses = 0;
    const changed: BlockStorageDriver = {
      ...driver,
      resizeVolume: async (...given) => {
        sent += 1;
        misses = looks;
        void clock.sleep(45_000).then(() => driver.resizeVolume?.(...given));
        return {};
      },
      getVolume: async (...given) => {
        misses -= 1;
        if (misses >= 0) throw failure;
        return await driver.getVolume(...given);
      },
    };
    const { volumes } = createBlockStorage(changed, { clock });
    const { id } = await volumes.create({ name: "db", sizeGiB: 8 });
    await clock.sleep(60_000);
    return { resized: volumes.resize(id, 16), sent: () => sent };
  }

  test("is waited for, and not sent again", async () => {
    const { resized, sent } = await lagging(2);
    expect((await resized).sizeGiB).toBe(16);
    expect(sent()).toBe(1);
  });

  test("or from several running is not sent again either: what became of it is unknown", async () => {
    const { resized, sent } = await lagging(3);
    await expect(resized).rejects.toMatchObject({ code: "unavailable", outcome: "unknown" });
    expect(sent()).toBe(1);
  });

  test("or whose look fails for good is not sent again", async () => {
    const odd = new PolyvolError("unknown", "unexpected status 418", { outcome: "unknown" });
    const { resized, sent } = await lagging(1, odd);
    await expect(resized).rejects.toMatchObject({ code: "unknown", outcome: "unknown" });
    expect(sent()).toBe(1);
  });

  test("for good has gone with it", async () => {
    const { resized, sent } = await lagging(Number.POSITIVE_INFINITY);
    await expect(resized).rejects.toMatchObject({ code: "not_found", outcome: "unknown" });
    expect(sent()).toBe(1);
  });
});
