/** Drivers whose answers and errors would let waits end too early, or never. */
import { isPolyvolError, PolyvolError, type PolyvolErrorDetails } from "@polyvol/core";
import type { CallContext } from "@polyvol/core/driver";
import { type BrokenDriver, describeFaults } from "./broken-driver-kit.ts";

/** Tells the driver's failures otherwise. */
async function telling<T>(
  work: Promise<T>,
  change: (error: PolyvolError) => PolyvolErrorDetails,
): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!isPolyvolError(error)) throw error;
    throw new PolyvolError(error.code, error.reason, { outcome: "not_applied", ...change(error) });
  }
}

const FAULTS: readonly BrokenDriver[] = [
  {
    wrong: "has no word for a volume at rest",
    number: 66,
    breakDriver: ({ getVolume }) => ({
      getVolume: async (id, context) => ({ ...(await getVolume(id, context)), state: "unknown" }),
    }),
  },
  {
    wrong: "has no word for a snapshot at rest",
    number: 66,
    breakDriver: ({ getSnapshot }) => ({
      getSnapshot: async (id, context) => ({ ...(await getSnapshot(id, context)), state: "unknown" }),
    }),
  },
  {
    wrong: "takes every volume for one that waits for a person",
    number: 66,
    breakDriver: () => ({ isBlocked: () => true }),
  },
  {
    wrong: "calls it final when a read fails for a while",
    number: 66,
    options: { asynchronous: true },
    breakDriver: ({ getVolume }) => ({
      getVolume: (id: string, context: CallContext) =>
        telling(getVolume(id, context), () => ({ retryable: false })),
    }),
  },
  {
    wrong: "drops how long a refusal asks to wait",
    number: 64,
    breakDriver: ({ createVolume }) => ({
      createVolume: (input, context) =>
        telling(createVolume(input, context), ({ retryable, outcome = "unknown" }) => ({
          retryable,
          outcome,
        })),
    }),
  },
  {
    wrong: "calls a refusal for too many requests final",
    number: 64,
    breakDriver: ({ listVolumes }) => ({
      listVolumes: (query, page, context) =>
        telling(listVolumes(query, page, context), ({ retryAfterMs = 0 }) => ({ retryAfterMs })),
    }),
  },
];

describeFaults("waits", FAULTS);
