/** How many pieces of work go by the standing clock. */
let working = 0;
let back = (): void => undefined;

/**
 * Does the work while the date stands still, so that all of it happens at one instant, however long it takes. Waits go
 * on: they are measured by another clock. Work that begins meanwhile sees the same date.
 */
export async function standingStill<T>(at: number, work: () => Promise<T>): Promise<T> {
  if (working === 0) back = stop(at);
  working += 1;
  try {
    return await work();
  } finally {
    working -= 1;
    if (working === 0) back();
  }
}

function stop(at: number): () => void {
  const RealDate = globalThis.Date;
  const realNow = RealDate.now;
  RealDate.now = () => at;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [at] : args, newTarget),
  });
  return () => {
    RealDate.now = realNow;
    globalThis.Date = RealDate;
  };
}
