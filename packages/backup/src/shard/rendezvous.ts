import { createHash } from "node:crypto";
import { invalidArgument, type PolicyProblem, showFound } from "../retention/policy-error.ts";

/** Shards of one fleet at most. */
export const MOST_SHARDS = 10_000;

/** One of several parts that the accounts of a fleet are divided into. */
export interface Shard {
  /** Which one, from 0 to `count - 1`. */
  readonly index: number;
  /** How many there are, from 1 to 10,000. */
  readonly count: number;
}

/**
 * The index of the shard that an account is in: the same for everyone who asks. Rendezvous hashing: of two counts one apart,
 * an account is either in the same shard or in the one that has come.
 *
 * @param account its key, such as `accountsOf` of `@polyvol/config` gives it
 * @param count how many shards there are
 * @throws PolicyError `invalid_argument` for a count that is no whole number from 1 to 10,000
 */
export function shardOf(account: string, count: number): number {
  if (!isCount(count)) throw invalidArgument([countProblem("count", count)]);
  const digest = createHash("sha256").update(account).digest();
  const [first, second] = [digest.readUInt32BE(0), digest.readUInt32BE(4)];
  let best = 0;
  let highest = -1;
  let lowest = -1;
  for (let index = 0; index < count; index += 1) {
    const mixed = mix(index);
    const high = mix(first ^ mixed);
    if (high < highest) continue;
    const low = mix(second ^ mixed);
    if (high === highest && low <= lowest) continue;
    [best, highest, lowest] = [index, high, low];
  }
  return best;
}

/** @throws PolicyError `invalid_argument` naming what of a shard is wrong */
export function checkShard({ index, count }: Shard): void {
  if (!isCount(count)) throw invalidArgument([countProblem("shard.count", count)]);
  if (Number.isInteger(index) && index >= 0 && index < count) return;
  throw invalidArgument([{ path: "shard.index", found: showFound(index), allowed: indexWords(count) }]);
}

/** Which indices there are, in words: indices are counted from 0. */
export function indexWords(count: number): string {
  return count === 1 ? "0, as there is one shard" : `0 to ${count - 1}, as indices count from 0`;
}

function isCount(count: number): boolean {
  return Number.isInteger(count) && count >= 1 && count <= MOST_SHARDS;
}

function countProblem(path: string, count: number): PolicyProblem {
  const allowed = `a whole number from 1 to ${MOST_SHARDS.toLocaleString("en-US")}`;
  return { path, found: showFound(count), allowed };
}

/** Spreads 32 bits: each bit of what goes in changes half of those that come out. The finalizer of MurmurHash3. */
function mix(value: number): number {
  let bits = value >>> 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
