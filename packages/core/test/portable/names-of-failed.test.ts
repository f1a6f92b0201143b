/** What is written of a resource, which no state of it keeps from being changed. */
import { expect, test } from "vitest";
import { secondsOf, type World, world } from "./shown-world.ts";

test.each([
  ["volume", ({ storage, volumeId }: World) => storage.volumes.rename(volumeId, "new")],
  ["snapshot", ({ storage, snapshotId }: World) => storage.snapshots.update(snapshotId, { name: "new" })],
] as const)("a %s in an error state gets its new name", async (_, change) => {
  const given = await world();
  given.show(() => ({ state: "error", providerState: "error" }));
  expect(await change(given)).toMatchObject({ name: "new", state: "error" });
});

test("a name that another client has given since is told with the one that was asked for", async () => {
  const given = await world((driver) => ({
    renameVolume: async (id, _, context) => (await driver.renameVolume?.(id, "theirs", context)) ?? {},
  }));
  const renamed = given.storage.volumes.rename(given.volumeId, "new");
  expect(await secondsOf(given.clock, renamed, "operation_failed")).toBeLessThan(120);
  await expect(renamed).rejects.toThrow('it is named "theirs", and "new" was asked for');
});
