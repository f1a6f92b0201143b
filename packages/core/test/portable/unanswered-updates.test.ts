/** Updates of a snapshot that are carried out, and whose answers do not come. */
import { createBlockStorage, PolyvolError } from "@polyvol/core";
import type { BlockStorageDriver } from "@polyvol/core/driver";
import { expect, test } from "vitest";
import { failureOf } from "../../../../scripts/test/failure-of.ts";
import { openMemory } from "./open-memory.ts";

const LOST = ["unavailable", "no answer came", { retryable: true, outcome: "unknown" }] as const;
const REFUSED = ["invalid_argument", "no", { outcome: "not_applied" }] as const;

/** `failures`: of the requests to update, first to last; the last stands for all that follow. */
async function world(works: boolean, failures: readonly (typeof LOST | typeof REFUSED)[]) {
  const { clock, driver: memory, storage: other } = openMemory();
  const { id: volumeId } = await other.volumes.create({ name: "data", sizeGiB: 8 });
  const { id } = await other.snapshots.create({ volumeId, name: "before" });
  let sent = 0;
  const driver: BlockStorageDriver = {
    ...memory,
    updateSnapshot: async (...update) => {
      if (works) await memory.updateSnapshot?.(...update);
      const [code, reason, details] = failures[Math.min(sent, failures.length - 1)] ?? LOST;
      sent += 1;
      throw new PolyvolError(code, reason, details);
    },
  };
  return createBlockStorage(driver, { clock }).snapshots.update(id, { name: "after" });
}

test("what a read shows to be done is done", async () => {
  expect((await world(true, [LOST])).name).toBe("after");
  expect((await world(true, [LOST, REFUSED])).name).toBe("after");
});

test("what no read shows is the failure of the request", async () => {
  expect(await failureOf(world(false, [LOST]))).toMatchObject({ code: "unavailable", outcome: "unknown" });
  expect(await failureOf(world(false, [REFUSED]))).toMatchObject({
    code: "invalid_argument",
    outcome: "not_applied",
  });
});
