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
  [{ retry: { maxAttempts: -1 } }, "option retry: found an object, allowed: { maxAttempts"],
  [{ retry: { attempts: 3 } }, "option retry"],
  [{ polling: { initialDelayMs: Number.NaN } }, "option polling"],
  [{ listConcurrency: 0.5 }, "option listConcurrency: found 0.5, allowed: a whole number from 1"],
  [{ onEvent: "log" }, "option onEvent"],
  [{ clock: {} }, "option clock"],
  [{ without: ["volumes.teleport"] }, '"volumes.teleport" is no capability'],
])("options %j are refused", (options, message) => {
  expect(() => createBlockStorage(driver, options as BlockStorageOptions)).toThrow(message);
});
