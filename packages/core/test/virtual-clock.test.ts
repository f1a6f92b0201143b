import { createVirtualClock } from "@polyvol/core/driver";
import { expect, test } from "vitest";

test("a timer rings when its time has come, among the sleepers, and one that is stopped never does", async () => {
  const clock = createVirtualClock(0);
  const rung: string[] = [];
  clock.timer?.(20, () => rung.push(`second at ${clock.now()}`));
  void clock.sleep(15).then(() => rung.push(`sleeper at ${clock.now()}`));
  clock.timer?.(10, () => rung.push(`first at ${clock.now()}`));
  const stop = clock.timer?.(12, () => rung.push("stopped"));
  expect(clock.sleepers).toBe(4);
  stop?.();
  await clock.advance(30);
  expect(rung).toEqual(["first at 10", "sleeper at 15", "second at 20"]);
  expect(clock.sleepers).toBe(0);
});

test("a clock that runs freely goes on to the next timer", async () => {
  const clock = createVirtualClock(0);
  clock.runFreely();
  expect(await new Promise((resolve) => clock.timer?.(60_000, () => resolve(clock.now())))).toBe(60_000);
});
