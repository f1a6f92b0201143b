/** A deletion of what no read finds, and whose request is refused for what the resource is. */
import { createBlockStorage, PolyvolError } from "@polyvol/core";
import { expect, test } from "vitest";
import { failureOf } from "../../../../scripts/test/failure-of.ts";
import { openMemory } from "./open-memory.ts";

async function world(code: "conflict" | "failed_precondition", refusals: number) {
  const { clock, driver, storage: other } = openMemory();
  const { id } = await other.volumes.create({ name: "db", sizeGiB: 8 });
  let left = refusals;
  const storage = createBlockStorage(
    {
      ...driver,
      deletion: "eventual",
      getVolume: () => Promise.reject(new PolyvolError("not_found", "no such volume")),
      deleteVolume: (each, context) => {
        left -= 1;
        if (left < 0) return driver.deleteVolume(each, context);
        const details = { outcome: "not_applied", retryable: code === "conflict" } as const;
        return Promise.reject(new PolyvolError(code, "it has a snapshot", details));
      },
    },
    { clock },
  );
  return { storage, id };
}

test.each(["conflict", "failed_precondition"] as const)("it is not called gone: %s", async (code) => {
  const { storage, id } = await world(code, Number.POSITIVE_INFINITY);
  const error = await failureOf(storage.volumes.delete(id));
  expect(error).toMatchObject({ code, outcome: "not_applied" });
  expect(error.reason).toContain("it has a snapshot");
});

test("once the request is taken, it is deleted", async () => {
  const { storage, id } = await world("conflict", 3);
  await storage.volumes.delete(id);
  await expect(storage.volumes.delete(id)).resolves.toBeUndefined();
});
