import { createBlockStorage, type Snapshot, type Volume } from "@polyvol/core";
import type { BlockStorageDriver } from "@polyvol/core/driver";
import { expect, test } from "vitest";
import { openMemory } from "./open-memory.ts";

const PREFIX = "abcdefab-cdef-4abc-8def-";

/** Where names may repeat: answers to creates show ids, which are UUIDs, in capitals, and all else shows them in small letters. */
function world(asynchronous: boolean) {
  const { clock, account, driver } = openMemory({ names: "free", asynchronous });
  const marks = new Map<string, string | undefined>();
  const toUuid = (id: string): string => PREFIX + id.replace(/\D/g, "").padStart(12, "0");
  const fromUuid = (id: string): string => {
    const found = account.dump().volumes.find((each) => toUuid(each.id) === id.toLowerCase());
    return found?.id ?? id;
  };
  const shown = (volume: Volume): Volume => ({ ...volume, id: toUuid(volume.id) });
  const changed: BlockStorageDriver = {
    ...driver,
    attemptIdOf: ({ id }: Volume | Snapshot) => marks.get(id.toLowerCase()),
    createVolume: async (input, context) => {
      const started = await driver.createVolume(input, context);
      const id = toUuid(started.resource.id);
      marks.set(id, input.attemptId);
      return { ...started, resource: { ...started.resource, id: id.toUpperCase() } };
    },
    getVolume: async (id, context) => shown(await driver.getVolume(fromUuid(id), context)),
    listVolumes: async (...asked) => {
      const page = await driver.listVolumes(...asked);
      return { ...page, items: page.items.map(shown) };
    },
    deleteVolume: (id, context) => driver.deleteVolume(fromUuid(id), context),
  };
  return { account, storage: createBlockStorage(changed, { clock }) };
}

test.each([
  ["at once", false],
  ["after a while", true],
])(
  "what a create has made, %s, is its own in whatever capitals a listing shows it, and stays",
  async (_, later) => {
    const { account, storage } = world(later);
    const { id } = await storage.volumes.create({ name: "data", sizeGiB: 8 });
    expect(account.dump().volumes).toHaveLength(1);
    expect(await storage.volumes.get(id)).toMatchObject({ name: "data", state: "available" });
  },
);
