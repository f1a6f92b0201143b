import { isPolyvolError, type PolyvolErrorCode } from "@polyvol/core";
import { type CallContext, createVirtualClock, type VirtualClock } from "@polyvol/core/driver";
import {
  createMemoryAccount,
  createMemoryDriver,
  type MemoryAccount,
  type MemoryAccountOptions,
  type MemoryDriver,
} from "@polyvol/memory";

/** The context of calls that go to a driver directly. */
export const context: CallContext = {
  operation: "test",
  abortSignal: new AbortController().signal,
  remainingMs: () => Number.POSITIVE_INFINITY,
  emit: () => undefined,
};

export interface Setup {
  readonly clock: VirtualClock;
  readonly account: MemoryAccount;
  readonly driver: MemoryDriver;
}

/** An account at the start of 2026, and a driver over it. */
export function setup(options: MemoryAccountOptions = {}): Setup {
  const clock = createVirtualClock();
  const account = createMemoryAccount({ ...options, clock });
  return { clock, account, driver: createMemoryDriver({ account }) };
}

export const createVolume = (driver: MemoryDriver, name: string): ReturnType<MemoryDriver["createVolume"]> =>
  driver.createVolume({ name, sizeGiB: 1, tags: {} }, context);

export const createSnapshot = (
  driver: MemoryDriver,
  volumeId: string,
  name: string,
): ReturnType<MemoryDriver["createSnapshot"]> =>
  driver.createSnapshot({ volumeId, name, tags: {}, allowAttached: true, attemptId: "attempt" }, context);

/** The code that `work` fails with; `undefined` when it does not. */
export async function codeOf(work: Promise<unknown>): Promise<PolyvolErrorCode | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (!isPolyvolError(error)) throw error;
    return error.code;
  }
}
