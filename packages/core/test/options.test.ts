import { type BlockStorageOptions, createBlockStorage, PolyvolError } from "@polyvol/core";
import { type BlockStorageDriver, createVirtualClock, storageOptions } from "@polyvol/core/driver";
import { createMemoryDriver } from "@polyvol/memory";
import { expect, test } from "vitest";
import { extendError } from "../src/errors.ts";

const driver = {
  provider: "p",
  capabilities: { supports: [] },
  polling: {},
} as unknown as BlockStorageDriver;

test.each<[unknown, string]>([
  [{ timeoutMs: "soon" }, 'option timeoutMs: found "soon", allowed: milliseconds above 0'],
  [{ waitTimeoutMs: 0 }, "option waitTimeoutMs: found 0"],
  [{ retry: { maxAttempts: -1 } }, "option retry.maxAttempts: found -1, allowed: a whole number from 1"],
  [{ retry: { attempts: 3 } }, "option retry: found attempts, allowed: maxAttempts, baseDelayMs"],
  [{ polling: { initialDelayMs: Number.NaN } }, "option polling.initialDelayMs: found NaN"],
  [{ listConcurrency: 0.5 }, "option listConcurrency: found 0.5, allowed: a whole number from 1"],
  [{ timeoutms: 5 }, `option: found timeoutms, allowed: ${Object.keys(storageOptions).join(", ")}`],
  [{ onEvent: "log" }, "option onEvent"],
  [{ clock: {} }, "option clock"],
  [{ limits: { snapshotsPerVolme: 50 } }, "option limits: found"],
  [{ limits: { snapshotsPerVolume: "50" } }, "option limits: found"],
  [{ limits: { snapshotGapMs: -1 } }, "option limits: found"],
  [{ limits: { volumeSize: { minimumGiB: 1, maximumGiB: Number.NaN, stepGiB: 1 } } }, "option limits: found"],
  [{ limits: { requestQuotas: [{ requests: -1, windowMs: 1_000 }] } }, "option limits: found"],
  [{ limits: { volumeName: "any" } }, "option limits: found"],
  [
    { without: ["volumes.teleport"] },
    'option without[0]: found "volumes.teleport", allowed: a list of volumes.',
  ],
])("options %j are refused", (options, message) => {
  expect(() => createBlockStorage(driver, options as BlockStorageOptions)).toThrow(message);
});

/** Every name of `names`, undefined. */
function allUndefined(names: object): Record<string, undefined> {
  return Object.fromEntries(Object.keys(names).map((name) => [name, undefined]));
}

test("an option that is undefined is one that is left out, in groups and among limits as well", async () => {
  const clock = createVirtualClock();
  clock.runFreely();
  const memory = createMemoryDriver({ clock, asynchronous: true });
  const { polling, retry, limits } = allUndefined(storageOptions);
  const storage = createBlockStorage(memory, {
    ...{ ...allUndefined(storageOptions), clock },
    polling: { initialDelayMs: polling, maxDelayMs: polling },
    retry: { maxAttempts: retry, budget: retry },
    limits: { volumeSize: limits, volumeName: limits },
  });
  expect(storage.capabilities).toEqual(createBlockStorage(memory, { clock }).capabilities);
  const input = { name: "a", sizeGiB: 1, region: undefined, description: undefined, tags: undefined };
  const call = { abortSignal: undefined, timeoutMs: undefined, onProgress: undefined };
  const made = await storage.volumes.create(input, call);
  expect(Object.values(made)).not.toContain(undefined);
  const query = { name: undefined, region: undefined, tags: undefined };
  const listing = storage.volumes.list(query, { ...call, requestSize: undefined });
  expect(await listing.toArray({ limit: undefined })).toEqual([made]);
  const pages = listing.byPage({ pageSize: undefined, continuationToken: undefined });
  expect((await pages.next()).value).toEqual({ items: [made] });
});

test("what is said more of an error, and is undefined, leaves what is known", () => {
  const error = new PolyvolError("conflict", "busy", { provider: "p", operation: undefined });
  const extended = extendError(error, { provider: undefined, operation: "volumes.get" });
  expect([extended.provider, extended.operation]).toEqual(["p", "volumes.get"]);
});
