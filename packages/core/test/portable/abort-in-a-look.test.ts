import { type BlockStorage, type CallOptions, createBlockStorage, PolyvolError } from "@polyvol/core";
import type { BlockStorageDriver } from "@polyvol/core/driver";
import { expect, test } from "vitest";
import { openMemory } from "./open-memory.ts";

type Change = (storage: BlockStorage, id: string, options: CallOptions) => Promise<unknown>;
const CHANGES: readonly (readonly [string, Change])[] = [
  ["resize", ({ volumes }, id, options) => volumes.resize(id, 16, options)],
  ["delete", ({ volumes }, id, options) => volumes.delete(id, options)],
];

test.each(CHANGES)("a caller who ends the look after a refused %s gets the own reason", async (_, change) => {
  const { clock, driver } = openMemory();
  const abort = new AbortController();
  const wish = new Error("enough");
  let isRefused = false;
  const refuse = (): Promise<never> => {
    isRefused = true;
    return Promise.reject(new PolyvolError("failed_precondition", "not now", { outcome: "not_applied" }));
  };
  const changed: BlockStorageDriver = {
    ...driver,
    resizeVolume: refuse,
    deleteVolume: refuse,
    getVolume: async (id, context) => {
      if (isRefused) abort.abort(wish);
      return await driver.getVolume(id, context);
    },
  };
  const storage = createBlockStorage(changed, { clock });
  const { id } = await storage.volumes.create({ name: "data", sizeGiB: 8 });
  await expect(change(storage, id, { abortSignal: abort.signal })).rejects.toBe(wish);
});
