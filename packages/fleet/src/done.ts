import type { AccountClouds } from "@polyvol/backup";
import type { Redis } from "ioredis";

/**
 * The newest slot that is done of each cloud of each account. By cloud, since a source of accounts may show an account
 * without one of its clouds for a while: what was done meanwhile was not done there.
 */
export type DoneSlots = Readonly<Record<string, string>>;

const fieldOf = ({ key }: Pick<AccountClouds, "key">, cloud: string): string => JSON.stringify([key, cloud]);

/** The newest slot that is done on all clouds of the account; undefined where nothing is known of one of them. */
export function doneSlotOf(done: DoneSlots, account: AccountClouds): string | undefined {
  const slots = account.clouds.map((cloud) => done[fieldOf(account, cloud)]);
  return slots.includes(undefined) ? undefined : slots.sort()[0];
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

/** Notes a slot as done on all clouds of the account, where no newer one is. Only whoever has its lease may. */
export async function writeDone(
  redis: Redis,
  mark: string,
  account: AccountClouds,
  slot: string,
): Promise<void> {
  const known = await readDone(redis, mark, account);
  const older = account.clouds
    .map((cloud) => fieldOf(account, cloud))
    .filter((field) => (known[field] ?? "") < slot);
  if (older.length > 0) await redis.hset(mark, Object.fromEntries(older.map((field) => [field, slot])));
}
