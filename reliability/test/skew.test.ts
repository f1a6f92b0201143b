/** A clock that is off, where requests are signed with the time. */
import type { Clock } from "@polyvol/core/driver";
import { expect, test } from "vitest";
import { openCloud } from "../src/cloud.ts";
import { pooled } from "../src/pool.ts";
import { report } from "../src/report.ts";

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const OFFSETS = [1, 60, 299, 301, 899, 901, 3_600, 24 * 3_600].flatMap((each) => [
  each * SECOND,
  -each * SECOND,
]);
const CALLS = 200;
const AT_ONCE = 20;

test("200 signed calls, 20 at once, with a clock that is off and one that jumps", async () => {
  const figures = { calls: 0, failures: 0, jumps: 0, "most extra requests for a jump": 0 };
  for (const offset of [...OFFSETS, "jumping"] as const) {
    const cloud = await openCloud("samsung-scp");
    const [id = ""] = cloud.seedVolumes(["there"]);
    let shift = typeof offset === "number" ? offset : 0;
    const clock: Clock = {
      now: () => cloud.clock.now() + shift,
      sleep: (ms, abortSignal) => cloud.clock.sleep(ms, abortSignal),
      during: (work) => cloud.clock.during(work),
    };
    const { volumes } = cloud.storage({ clock, maxConcurrency: AT_ONCE, timeoutMs: 48 * HOUR });
    const jumps = typeof offset === "number" ? [offset] : [0, HOUR, -HOUR, 6 * HOUR, -24 * HOUR];
    for (const jump of jumps) {
      shift = jump;
      const before = cloud.emulator.log.entries().length;
      const calls = CALLS / jumps.length;
      const results = await pooled(Array.from({ length: calls }), AT_ONCE, () => volumes.get(id));
      const extra = cloud.emulator.log.entries().length - before - calls;
      figures.calls += calls;
      figures.jumps += 1;
      figures.failures += results.filter(({ status }) => status === "rejected").length;
      figures["most extra requests for a jump"] = Math.max(figures["most extra requests for a jump"], extra);
    }
  }
  report({
    id: "14-skew",
    promise: "11",
    what: "signed calls on samsung-scp, 20 at once, clock off by 1 s to 24 h, and jumping",
    figures,
    bar: `failures 0, extra at most ${AT_ONCE}`,
  });
  expect(figures.failures).toBe(0);
  expect(figures["most extra requests for a jump"]).toBeLessThanOrEqual(AT_ONCE);
});
