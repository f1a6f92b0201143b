import type { Redis } from "ioredis";

/** That one worker at a time works on an account. */
export interface Lease {
  /** Aborts when the lease was lost, or cannot be known to be held any more: others may begin then. */
  readonly lost: AbortSignal;
  /** Gives it back. Never fails: what cannot be given back ends by itself. */
  release(): Promise<void>;
}

/** Who has it, or how long it may be held by another one, in milliseconds. */
export type LeaseAnswer = Lease | { readonly busyMs: number };

/** Both only where it is still ours. */
const RENEW =
  'if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("pexpire", KEYS[1], ARGV[2]) end return 0';
const RELEASE =
  'if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("del", KEYS[1]) end return 0';

/** Renewed so often in its span, and given up by its holder when a quarter of the span is left. */
const TICKS = 6;
const HELD_SHARE = 0.75;

/**
 * Takes the lease of an account for `spanMs`, and renews it until it is released. A queue has a lock for each job; this
 * one is for the account, since a person may put an older job of it back on the queue at any time.
 *
 * The server counts the span from when it was asked, the holder from before it asked: so the holder gives up first.
 */
export async function takeLease(redis: Redis, key: string, spanMs: number): Promise<LeaseAnswer> {
  const token = crypto.randomUUID();
  const asked = performance.now();
  const isFirst = (await redis.set(key, token, "PX", spanMs, "NX")) !== null;
  // The client asks again when an answer gets lost, and is refused then by what it has taken itself.
  if (!isFirst && (await redis.get(key)) !== token) return { busyMs: Math.max(1, await redis.pttl(key)) };
  return holdLease(redis, { key, token, spanMs, asked });
}

interface Held {
  readonly key: string;
  readonly token: string;
  readonly spanMs: number;
  /** When the answer that says it is ours was asked for. */
  readonly asked: number;
}

function holdLease(redis: Redis, { key, token, spanMs, asked }: Held): Lease {
  const lost = new AbortController();
  let until = asked + spanMs * HELD_SHARE;
  let asking = false;
  const give = (reason: string): void => {
    clearInterval(timer);
    lost.abort(new LeaseLost(reason));
  };
  const renew = async (): Promise<void> => {
    const at = performance.now();
    if (at >= until) return give("Redis could not be asked for so long that another worker may have begun");
    // While the server is away one question waits for it, not one for each tick.
    if (asking) return;
    asking = true;
    try {
      const kept = await redis.eval(RENEW, 1, key, token, spanMs);
      if (kept !== 1) give("Redis does not know of it any more");
      else until = at + spanMs * HELD_SHARE;
    } catch {
      // Until the span has passed it is ours, whatever the server says of itself.
    } finally {
      asking = false;
    }
  };
  const timer = setInterval(() => void renew(), spanMs / TICKS);
  return {
    lost: lost.signal,
    async release() {
      clearInterval(timer);
      await redis.eval(RELEASE, 1, key, token).catch(() => undefined);
    },
  };
}

/** Why a run was ended: its account may be another worker's now. */
class LeaseLost extends Error {
  override readonly name = "LeaseLost";
}
