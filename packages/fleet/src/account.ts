import type { AccountClouds, Clouds, Policy } from "@polyvol/backup";

/**
 * Gives the accounts: clouds that share a quota, so that one run at a time works on them. Jobs, logs and messages show their
 * keys. It is asked for each dispatch, each status and each job; with `fresh`, what it has remembered does
 * not count: that an account or one of its clouds has gone is only believed of those.
 */
export type AccountSource = (asked: {
  readonly fresh: boolean;
}) => Promise<readonly AccountClouds[]> | readonly AccountClouds[];

/** Connects the clouds of an account. One that cannot be connected may be given as its error. */
export type ConnectAccount = (account: AccountClouds) => Promise<Clouds> | Clouds;

/**
 * The policies that are about any of these clouds, each restricted to them. Whether a selector fits nothing at all only
 * all of its clouds together can say, so it is no failure where they are not all on this account.
 */
export function policiesFor({ clouds }: AccountClouds, policies: readonly Policy[]): readonly Policy[] {
  if (clouds.length === 0) return [];
  return policies.flatMap((policy): readonly Policy[] => {
    const named = policy.select.clouds;
    if (named === undefined) return [{ ...policy, allowEmpty: true }];
    const own = named.filter((name) => clouds.includes(name));
    if (own.length === 0) return [];
    const allowEmpty = policy.allowEmpty || own.length < named.length;
    return [{ ...policy, allowEmpty, select: { ...policy.select, clouds: own } }];
  });
}

/**
 * Of these clouds those that are in no account any more, and that a policy is about. One that has become another
 * account's is looked after by the job of that one.
 */
export function missingClouds(
  clouds: readonly string[],
  accounts: readonly AccountClouds[],
  policies: readonly Policy[],
): readonly string[] {
  const there = new Set(accounts.flatMap((account) => account.clouds));
  return clouds.filter(
    (cloud) => !there.has(cloud) && policiesFor({ key: "", clouds: [cloud] }, policies).length > 0,
  );
}

/** The newest slot that is due for an account: the latest of those of its policies. */
export function dueSlotOf(
  account: AccountClouds,
  policies: readonly Policy[],
  now: number,
): Date | undefined {
  const slots = policiesFor(account, policies).flatMap(({ schedule }) => schedule.lastAtOrBefore(now) ?? []);
  return slots.length === 0 ? undefined : new Date(Math.max(...slots));
}
