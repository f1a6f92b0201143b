/** A deletion of what no read finds, or none after the first, and whose request is refused for what the resource is. */
import { type BlockStorage, createBlockStorage, PolyvolError } from "@polyvol/core";
import { describe, expect, test } from "vitest";
import { failureOf } from "../../../../scripts/test/failure-of.ts";
import { openMemory } from "./open-memory.ts";

async function world(
  code: "conflict" | "failed_precondition",
  refusals: number,
  shown: number,
  onRefused?: (other: BlockStorage, id: string) => Promise<void>,
) {
  const { clock, driver, storage: other } = openMemory();
  const { id } = await other.volumes.create({ name: "db", sizeGiB: 8 });
  let left = refusals;
  let reads = 0;
  const storage = createBlockStorage(
    {
      ...driver,
      deletion: "eventual",
      // By a copy that had heard of it, and then by one that lags behind.
      getVolume: async (each, context) => {
        reads += 1;
        if (reads > shown) throw new PolyvolError("not_found", "no such volume");
        return await driver.getVolume(each, context);
      },
      deleteVolume: async (each, context) => {
        left -= 1;
        if (left < 0) return await driver.deleteVolume(each, context);
        await onRefused?.(other, id);
        const details = { outcome: "not_applied", retryable: code === "conflict" } as const;
        throw new PolyvolError(code, "it has a snapshot", details);
      },
    },
    { clock },
  );
  return { storage, other, id };
}

describe.each([0, 1])("shown by %i reads", (shown) => {
  test.each(["conflict", "failed_precondition"] as const)("it is not called gone: %s", async (code) => {
    const { storage, id } = await world(code, Number.POSITIVE_INFINITY, shown);
    const error = await failureOf(storage.volumes.delete(id));
    expect(error).toMatchObject({ code, outcome: "not_applied" });
    expect(error.reason).toContain("it has a snapshot");
  });

  test("once the request is taken, it is deleted", async () => {
    const { storage, other, id } = await world("conflict", 3, shown);
    await storage.volumes.delete(id);
    expect(await other.volumes.list().toArray()).toEqual([]);
    await expect(storage.volumes.delete(id)).resolves.toBeUndefined();
  });

  test.each(["conflict", "failed_precondition"] as const)(
    "it has gone by another's deletion meanwhile: %s",
    async (code) => {
      const { storage, other, id } = await world(code, 1, shown, (by, each) => by.volumes.delete(each));
      await storage.volumes.delete(id);
      expect(await other.volumes.list().toArray()).toEqual([]);
    },
  );
});
