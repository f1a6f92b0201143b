import { type BlockStorageOptions, createBlockStorage } from "@polyvol/core";
import type { BlockStorageDriver } from "@polyvol/core/driver";
import { expect, test } from "vitest";

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
  [{ timeoutms: 5 }, "option: found timeoutms, allowed: timeoutMs, waitTimeoutMs"],
  [{ onEvent: "log" }, "option onEvent"],
  [{ clock: {} }, "option clock"],
  [
    { without: ["volumes.teleport"] },
    'option without[0]: found "volumes.teleport", allowed: a list of volumes.',
  ],
])("options %j are refused", (options, message) => {
  expect(() => createBlockStorage(driver, options as BlockStorageOptions)).toThrow(message);
});
