import type { Clock } from "../../clock.ts";
import { processDigest } from "../../platform.ts";
import type { HttpClientOptions } from "../types.ts";
import { createRateLimiter, type RateLimiter } from "./rate-limiter.ts";

/** By clock, for as long as that lives: limiters by account, the one that was asked for last at the end. */
const limitersByClock = new WeakMap<Clock, Map<string, RateLimiter>>();

/**
 * What gives the limiter of a client: to all clients of this process that have the same account, base URL, quotas,
 * transport and clock the same one. It is asked for at each request and not kept by clients, so that a limiter can go
 * once it knows nothing more, however many accounts a process serves and however long its clients live.
 */
export function limiterSource(clock: Clock, base: string, options: HttpClientOptions): () => RateLimiter {
  const { quotas = [] } = options;
  const key = keyOf(base, options);
  if (key === undefined) {
    const own = createRateLimiter(clock, quotas);
    return () => own;
  }
  const limiters = limitersByClock.get(clock) ?? new Map<string, RateLimiter>();
  limitersByClock.set(clock, limiters);
  return () => {
    const known = limiters.get(key);
    if (known === undefined) dropSpent(limiters);
    const limiter = known ?? createRateLimiter(clock, quotas);
    limiters.delete(key);
    limiters.set(key, limiter);
    return limiter;
  };
}

/** Those that nobody has asked for in a long time stand in front. */
function dropSpent(limiters: Map<string, RateLimiter>): void {
  for (const [key, limiter] of limiters) {
    if (!limiter.isSpent()) return;
    limiters.delete(key);
  }
}

/** What clients have in common that share a limiter; `undefined`: nobody shares it. No secret stands in it. */
function keyOf(base: string, options: HttpClientOptions): string | undefined {
  const { provider, account, quotas = [], fetch } = options;
  if (account === undefined) return undefined;
  const told = account.map((each) => (typeof each === "function" ? numberOf(each) : each));
  const keptTo = quotas.map(({ requests, windowMs }) => [requests, windowMs]);
  return processDigest(JSON.stringify([provider, base, told, keptTo, fetch && numberOf(fetch)]));
}

const numbers = new WeakMap<object, number>();
let lastNumber = 0;

/** What stands for a function, which has no text that tells it from others. */
function numberOf(counted: object): number {
  const known = numbers.get(counted);
  if (known !== undefined) return known;
  lastNumber += 1;
  numbers.set(counted, lastNumber);
  return lastNumber;
}
