/** `not_found` is about what is missing, never about what is there: callers forget what it names. */
import { type BlockStorage, createBlockStorage, type ResourceRef } from "@polyvol/core";
import { createVirtualClock } from "@polyvol/core/driver";
import { createMemoryAccount, createMemoryDriver } from "@polyvol/memory";
import { expect, test } from "vitest";
import { failureOf } from "./failing.ts";

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
  const clock = createVirtualClock();
  clock.runFreely();
  const storage = createBlockStorage(createMemoryDriver({ account: createMemoryAccount({ clock }) }), {
    clock,
  });
  const { id: volumeId } = await storage.volumes.create({ name: "db", sizeGiB: 8 });
  const error = await failureOf(call({ ...storage, volumeId }));
  expect(error).toMatchObject({ code: "not_found", outcome: error.outcome && "not_applied" });
  expect(error.resource).toEqual(resource);
});
