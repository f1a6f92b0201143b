import type { AccountClouds } from "@polyvol/backup";
import type { Redis } from "ioredis";

/**
 * The newest slot that is done of each cloud of each account. By cloud, since a source of accounts may show an account
 * without one of its clouds for a while: what was done meanwhile was not done there.
 */
export type DoneSlots = Readonly<Record<string, string>>;

const fieldOf = ({ key }: Pick<AccountClouds, "key">, cloud: string): string => JSON.stringify([key, cloud]);

/** Clocks of machines differ by so much at most. */
const MAX_SKEW_MS = 120_000;

/**
 * The newest slot that is done on all clouds of the account; undefined where nothing is known of one of them. A slot that is
 * to come has been done by a machine whose clock was wrong: which one that was by a right clock, nobody knows.
 */
export function doneSlotOf(done: DoneSlots, account: AccountClouds, now: number): string | undefined {
  const slots = account.clouds.map((cloud) => knownSlot(done[fieldOf(account, cloud)], now));
  return slots.includes(undefined) ? undefined : slots.sort()[0];
}

function knownSlot(slot: string | undefined, now: number): string | undefined {
  return slot !== undefined && Date.parse(slot) <= now + MAX_SKEW_MS ? slot : undefined;
}

/** What is known of one account. */
export async function readDone(redis: Redis, mark: string, account: AccountClouds): Promise<DoneSlots> {
  const fields = account.clouds.map((cloud) => fieldOf(account, cloud));
  if (fields.length === 0) return {};
  const slots = await redis.hmget(mark, ...fields);
  return Object.fromEntries(
    fields.flatMap((field, index) => (slots[index] == null ? [] : [[field, slots[index]]])),
  );
}

/** Notes a slot as done on all clouds of the account, where no newer one is that has come. Only whoever has its lease may. */
export async function writeDone(
  redis: Redis,
  mark: string,
  account: AccountClouds,
  slot: string,
  now: number,
): Promise<void> {
  const known = await readDone(redis, mark, account);
  const older = account.clouds
    .map((cloud) => fieldOf(account, cloud))
    .filter((field) => (knownSlot(known[field], now) ?? "") < slot);
  if (older.length > 0) await redis.hset(mark, Object.fromEntries(older.map((field) => [field, slot])));
}
