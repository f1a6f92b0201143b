import { type Policy, parsePolicies } from "@polyvol/backup";

/** What a worker is told. */
export interface FleetJob {
  readonly redisUrl: string;
  readonly queue: string;
  /** On how many accounts it works at once. */
  readonly concurrency: number;
  readonly accounts: readonly { readonly key: string; readonly url: string }[];
}

/**
 * One slot, and none that comes due while it is measured. The concurrency of 1 makes the requests of an account wait for each
 * other: what is measured is how accounts are spread, not how one of them is worked on.
 */
export const FLEET_POLICIES: readonly Policy[] = parsePolicies({
  yearly: {
    select: { name: "*" },
    schedule: { cron: "@yearly", timezone: "UTC" },
    retention: { yearly: 3 },
    concurrency: 1,
  },
});
