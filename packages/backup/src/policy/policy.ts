import type { Policy } from "./types.ts";

/** Whether a policy is about a cloud: without names of clouds it is about all of them. */
export function isAbout({ select }: Policy, cloud: string): boolean {
  return select.clouds?.includes(cloud) ?? true;
}

/** A policy as data: what it was written as, with the defaults. */
export function policyData({ schedule, ...rest }: Policy): unknown {
  return { ...rest, schedule: schedule.definition };
}
