import { createDigitalOceanStorage } from "@polyvol/digitalocean";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { run } from "../../src/index.ts";
import type { EmulatedWorld } from "../support/emulated-clouds.ts";
import { createSeededWorld, NIGHTLY } from "../support/seeded.ts";

let world: EmulatedWorld;
beforeEach(async () => {
  world = await createSeededWorld();
});
afterEach(() => world.close());

describe("over real HTTP, the other clouds go on when one", () => {
  test("refuses the credentials", async () => {
    const { clock, urls } = world;
    const wrong = createDigitalOceanStorage({
      token: "dop_v1_wrong",
      region: "nyc3",
      baseUrl: urls.do,
      clock,
    });
    const report = await run(NIGHTLY, { ...world.open(), wrong }, { clock });
    expect(report).toMatchObject({ ok: false, totals: { created: 6, deleted: 6, left: 0 } });
    expect(report.problems).toMatchObject([
      { code: "unauthenticated", cloud: "wrong", effect: "nothing_done" },
    ]);
    expect(JSON.stringify(report)).not.toContain("dop_v1_wrong");
  });

  test.each(["do", "scp"] as const)("is down: %s", async (cloud) => {
    world.emulators[cloud].faults.add({ kind: "refuse" });
    const report = await run(NIGHTLY, world.open(), { clock: world.clock });
    expect(report).toMatchObject({ ok: false, totals: { created: 3, deleted: 3, left: 0 } });
    expect(report.problems).toMatchObject([
      { code: "unavailable", cloud, effect: "nothing_done", retryable: true },
    ]);
  });

  test.each(["do", "scp"] as const)("has another time than we: %s", async (cloud) => {
    world.emulators[cloud].faults.add({ kind: "wrong-date", offsetMs: 300_000 });
    const report = await run(NIGHTLY, world.open(), { clock: world.clock });
    expect(report.totals).toEqual({ created: 3, deleted: 3, left: 0 });
    expect(report.problems).toMatchObject([{ code: "failed_precondition", cloud }]);
    expect(report.problems[0]?.message).toMatch(/clock is 5min behind the provider's; allowed: 2min/);
  });
});
