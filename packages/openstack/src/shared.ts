import type { CallContext } from "@polyvol/core/driver";

/**
 * `read`, so that calls which come while it is under way share what comes of it. It fails only for the call that leads
 * it, which may be aborted or out of time: another one takes over then.
 */
export function shared<T>(read: (context: CallContext) => Promise<T>): (context: CallContext) => Promise<T> {
  let reading: Promise<T> | undefined;
  return async (context) => {
    for (;;) {
      const leads = reading === undefined;
      reading ??= read(context).finally(() => {
        reading = undefined;
      });
      try {
        return await reading;
      } catch (error) {
        if (leads || context.abortSignal.aborted) throw error;
      }
    }
  };
}
