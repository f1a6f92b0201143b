/** What a call that shares is known by. */
interface SharingCall {
  /** Ends the call, and nobody else's. */
  readonly abortSignal: AbortSignal;
}

/**
 * `read`, so that calls which come while it is under way share what comes of it. It fails only for the call that leads
 * it, which may be aborted or out of time: another one takes over then.
 */
export function singleFlight<T, Call extends SharingCall>(
  read: (call: Call) => Promise<T>,
): (call: Call) => Promise<T> {
  let reading: Promise<T> | undefined;
  return async (call) => {
    for (;;) {
      const leads = reading === undefined;
      reading ??= read(call).finally(() => {
        reading = undefined;
      });
      try {
        return await reading;
      } catch (error) {
        if (leads || call.abortSignal.aborted) throw error;
      }
    }
  };
}
