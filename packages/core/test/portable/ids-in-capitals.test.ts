import { createBlockStorage, type Snapshot, type Volume } from "@polyvol/core";
import type { BlockStorageDriver } from "@polyvol/core/driver";
import { expect, test } from "vitest";
import { openMemory } from "./open-memory.ts";

const PREFIX = "abcdefab-cdef-4abc-8def-";

/** A volume as a listing shows it to a storage, which has made `own`. */
type Listed = (volume: Volume, own: ReadonlySet<string>) => Volume;

/** Where names may repeat: answers to creates show ids, which are UUIDs, in capitals, and reads show them in small letters. */
function world(asynchronous: boolean) {
  const { clock, account, driver } = openMemory({ names: "free", asynchronous });
  const marks = new Map<string, string | undefined>();
  const toUuid = (id: string): string => PREFIX + id.replace(/\D/g, "").padStart(12, "0");
  const fromUuid = (id: string): string => {
    const found = account.dump().volumes.find((each) => toUuid(each.id) === id.toLowerCase());
    return found?.id ?? id;
  };
  const shown = (volume: Volume): Volume => ({ ...volume, id: toUuid(volume.id) });
  const changed = (own: Set<string>, listed: Listed): BlockStorageDriver => ({
    ...driver,
    attemptIdOf: ({ id }: Volume | Snapshot) => marks.get(id.toLowerCase()),
    createVolume: async (input, context) => {
      const started = await driver.createVolume(input, context);
      const id = toUuid(started.resource.id);
      marks.set(id, input.attemptId);
      own.add(id);
      return { ...started, resource: { ...started.resource, id: id.toUpperCase() } };
    },
    getVolume: async (id, context) => shown(await driver.getVolume(fromUuid(id), context)),
    listVolumes: async (...asked) => {
      const page = await driver.listVolumes(...asked);
      return { ...page, items: page.items.map((each) => listed(shown(each), own)) };
    },
    deleteVolume: (id, context) => driver.deleteVolume(fromUuid(id), context),
  });
  return { account, open: (listed: Listed) => createBlockStorage(changed(new Set(), listed), { clock }) };
}

test.each([
  ["at once", false],
  ["after a while", true],
])(
  "what a create has made, %s, is its own in whatever capitals a listing shows it, and stays",
  async (_, later) => {
    const { account, open } = world(later);
    const storage = open((volume) => volume);
    const { id } = await storage.volumes.create({ name: "data", sizeGiB: 8 });
    expect(account.dump().volumes).toHaveLength(1);
    expect(await storage.volumes.get(id)).toMatchObject({ name: "data", state: "available" });
  },
);

test("of what two make in the same instant both keep the same one, though each is shown its own in capitals", async () => {
  const { account, open } = world(false);
  const inCapitals = (volume: Volume, own: ReadonlySet<string>): Volume =>
    own.has(volume.id) ? { ...volume, id: volume.id.toUpperCase() } : volume;
  const create = () => open(inCapitals).volumes.create({ name: "data", sizeGiB: 8 });
  const [one, other] = await Promise.all([create(), create()]);
  expect(one.id.toLowerCase()).toBe(other.id.toLowerCase());
  expect(account.dump().volumes).toHaveLength(1);
});
