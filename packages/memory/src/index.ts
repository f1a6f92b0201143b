/**
 * `@polyvol/memory`: block storage in memory, for tests and as the reference driver.
 *
 * @module @polyvol/memory
 */
export {
  createMemoryAccount,
  type MemoryAccount,
  type MemoryDump,
  type MemorySnapshot,
  type MemoryVolume,
} from "./account.ts";
export type { MemoryCalls, MemoryMethod } from "./calls.ts";
export {
  createMemoryDriver,
  createMemoryStorage,
  type MemoryDriver,
  type MemoryDriverOptions,
} from "./driver.ts";
export type { MemoryFault, MemoryFaultEffect } from "./faults.ts";
export type {
  MemoryAccountOptions,
  MemoryDurations,
  MemoryMode,
  MemoryQuota,
} from "./options.ts";
