import { afterEach, expect, test, vi } from "vitest";
import { type Policy, parsePolicies, plan, status } from "../../src/index.ts";
import { createMemoryWorld, makeVolumes } from "../support/memory-clouds.ts";
import { sleepUntil, takeNights } from "../support/nights.ts";
import { nightly } from "../support/shapes.ts";

afterEach(() => vi.restoreAllMocks());

/** The policy, and how often its schedule was asked for the next slot. */
function counting(policy: Policy): { readonly policy: Policy; readonly asked: () => number } {
  let asked = 0;
  const firstAfter = (instant: number): number | undefined => {
    asked += 1;
    return policy.schedule.firstAfter(instant);
  };
  return { policy: { ...policy, schedule: { ...policy.schedule, firstAfter } }, asked: () => asked };
}

async function fleet(count: number) {
  const world = createMemoryWorld("2026-05-01T00:00:00Z");
  const clouds = { do: world.open().do };
  const names = Array.from({ length: count }, (_, index) => `v${index}`);
  const ids = Object.values(await makeVolumes(clouds.do, names));
  for (const id of ids) await takeNights(world, clouds.do, id, ["2026-05-02"], "hourly");
  const [policy] = parsePolicies({
    hourly: nightly({ schedule: { cron: "0 * * * *", timezone: "Europe/Berlin" }, retention: { last: 20 } }),
  });
  if (policy === undefined) throw new Error("no policy");
  return { world, clouds, policy };
}

test("after six weeks off, missed slots are counted once for a schedule, not once for each volume", async () => {
  const { world, clouds, policy } = await fleet(30);
  await sleepUntil(world, "2026-06-13T12:30:00Z");
  const asked: number[] = [];
  for (const work of [plan, status]) {
    const counted = counting(policy);
    const made = await work([counted.policy], clouds, new Date(world.clock.now()));
    expect(made.volumes).toHaveLength(30);
    asked.push(counted.asked());
  }
  // A thousand are counted, some 500 are sampled for the limits, and each volume's status names its next slot.
  for (const each of asked) expect(each).toBeLessThan(2_000);
});

test("long planning lets timers and signals have their turn", async () => {
  const { world, clouds, policy } = await fleet(5);
  // Each look at the clock finds that a while has passed.
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => (now += 1_000));
  for (const work of [plan, status]) {
    const stop = new AbortController();
    // Asked for the first time when planning has begun.
    const lastAtOrBefore = (instant: number): number | undefined => {
      setImmediate(() => stop.abort(new Error("enough")));
      return policy.schedule.lastAtOrBefore(instant);
    };
    const watched = { ...policy, schedule: { ...policy.schedule, lastAtOrBefore } };
    const working = work([watched], clouds, new Date(world.clock.now()), { abortSignal: stop.signal });
    await expect(working).rejects.toThrow("enough");
  }
});
