/** Drivers that leave out what they could have said: the kit must notice each. */
import { isPolyvolError, PolyvolError } from "@polyvol/core";
import type { BlockStorageDriver } from "@polyvol/core/driver";
import { type BrokenDriver, describeFaults } from "./broken-driver-kit.ts";

/** Passes on a refusal without the word that it passes by itself. */
async function withoutRetryable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!isPolyvolError(error, "conflict")) throw error;
    throw new PolyvolError("conflict", error.reason, { outcome: "not_applied" });
  }
}

/** Passes it on as what a status of 409 says by itself. */
async function unrefined<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!isPolyvolError(error, "conflict")) throw error;
    throw new PolyvolError("unavailable", error.reason, { retryable: true, outcome: "unknown" });
  }
}

const CHANGES = ["resizeVolume", "deleteVolume", "createSnapshot", "deleteSnapshot"] as const;

function spoiling(
  method: (typeof CHANGES)[number],
  spoil: <T>(work: Promise<T>) => Promise<T>,
): BrokenDriver["breakDriver"] {
  return (driver) => {
    const call = driver[method] as (...given: unknown[]) => Promise<unknown>;
    const spoilt: unknown = { [method]: (...given: unknown[]) => spoil(call(...given)) };
    return spoilt as Partial<BlockStorageDriver>;
  };
}

const BUSY: readonly BrokenDriver[] = CHANGES.flatMap((method) => [
  {
    wrong: `does not say that a busy resource is free again, in ${method}`,
    number: 72,
    breakDriver: spoiling(method, withoutRetryable),
  },
  {
    wrong: `leaves a 409 as it is, in ${method}`,
    number: 72,
    breakDriver: spoiling(method, unrefined),
  },
]);

const MARKS: readonly BrokenDriver[] = [
  {
    wrong: "cannot read the mark of a create",
    number: 73,
    options: { names: "free" },
    breakDriver: () => ({ attemptIdOf: undefined as never }),
  },
  {
    wrong: "sends another mark with a snapshot",
    number: 73,
    options: { names: "free" },
    breakDriver: ({ createSnapshot }) => ({
      createSnapshot: (input, context) => createSnapshot({ ...input, attemptId: "another" }, context),
    }),
  },
];

describeFaults("a driver that", [...BUSY, ...MARKS]);
