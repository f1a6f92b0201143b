import type { MemoryAccountOptions } from "@polyvol/memory";
import { expect, test } from "vitest";
import { failureOf } from "../../../../scripts/test/failure-of.ts";
import { openMemory } from "./open-memory.ts";

/** A storage of the region mem-1, and volumes named `db` in the regions that are given. */
async function storageWith(regions: readonly string[], options: MemoryAccountOptions = {}) {
  const regionsOfAccount = ["mem-1", "mem-2", "mem-3"];
  const { account, driver, storage } = openMemory({ regions: regionsOfAccount, ...options });
  for (const region of regions) {
    const input = { name: "db", sizeGiB: 8, region, tags: {} };
    await storage.run("seed", (context) => driver.createVolume(input, context), { idempotent: false });
  }
  account.calls.reset();
  return { storage, account };
}

test.each([
  [["mem-1"], "mem-1"],
  [["mem-2"], "mem-2"],
  [["mem-2", "mem-1"], "mem-1"],
  [["mem-3", "mem-1", "mem-2"], "mem-1"],
])("a name in %j means the volume in %s, for one listing", async (regions, wanted) => {
  const { storage, account } = await storageWith(regions);
  expect(await storage.volumes.find({ name: "db" })).toMatchObject({ region: wanted });
  expect(account.calls.total).toBe(1);
});

test("in a region that is named it means the one there, or none", async () => {
  const { storage } = await storageWith(["mem-1", "mem-2"]);
  expect(await storage.volumes.find({ name: "db", region: "mem-2" })).toMatchObject({ region: "mem-2" });
  expect(await storage.volumes.find({ name: "db", region: "mem-3" })).toBeUndefined();
});

test("in several regions, none of them the storage's own: the regions are named, and nothing is to be deleted", async () => {
  const { storage } = await storageWith(["mem-2", "mem-3"]);
  const error = await failureOf(storage.volumes.find({ name: "db" }));
  expect(error).toMatchObject({ code: "conflict", retryable: false });
  expect(error.reason).toMatch(
    /^2 volumes have this name, in mem-2 \(\S+\), mem-3 \(\S+\); name the region$/,
  );
  expect(error.reason).not.toContain("delete");
});

test("two in one region, where names may repeat, are one too many", async () => {
  const { storage } = await storageWith(["mem-1", "mem-1", "mem-2"], { names: "free" });
  const error = await failureOf(storage.volumes.find({ name: "db" }));
  expect(error.reason).toMatch(
    /^2 volumes have this name: \S+, \S+; use an id, or delete or rename all but one$/,
  );
});
