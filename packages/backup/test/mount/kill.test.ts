import { expect, inject, test } from "vitest";
import { useSnapshot } from "../../src/index.ts";
import { dyingProcess, type Moment } from "../support/dying.ts";
import { CLOUDS, type CloudName, createMountWorld, type MountWorld } from "../support/mount-world.ts";
import { printTable } from "../support/print.ts";

/** What the next run finds: at once, or when whatever was under way has ended. */
const PAUSES = { "at once": 0, "a minute later": 60_000 } as const;
/** Before a step is after the one before it, when more of that has ended. */
const MOMENTS: readonly Moment[] = inject("isFull") ? ["before", "after"] : ["after"];

/** A run that dies at a step; it may also get through before that. */
async function runUntilDeath(here: MountWorld, at: number, moment: Moment): Promise<number> {
  const dying = dyingProcess(at, moment, here.world.clock, new Error("killed"));
  const { clock, abortSignal } = dying;
  const options = { ...here.options, clock, abortSignal, devices: dying.onMachine(here.devices) };
  await dying.live(
    useSnapshot(here.storage({ clock }), { ...here.request, mount: true }, async () => 0, options),
  );
  here.devices.kill();
  return dying.steps();
}

async function countSteps(cloud: CloudName): Promise<number> {
  const here = await createMountWorld(cloud);
  const steps = await runUntilDeath(here, Number.POSITIVE_INFINITY, "after");
  expect(here.strays()).toEqual([]);
  await here.world.close();
  return steps;
}

test.each(CLOUDS)("on %s: killed at every step, and run again", async (cloud) => {
  const total = await countSteps(cloud);
  const rows: Record<string, object> = {};
  for (const moment of MOMENTS) {
    for (const [later, pauseMs] of Object.entries(PAUSES)) {
      const tally = {
        kills: 0,
        "left by the kill": 0,
        "left in the end": 0,
        attached: 0,
        mounted: 0,
        failed: 0,
      };
      for (let at = 1; at <= total; at += 1) {
        const here = await createMountWorld(cloud);
        await runUntilDeath(here, at, moment);
        tally.kills += 1;
        if (here.strays().length > 0) tally["left by the kill"] += 1;
        await here.world.clock.sleep(pauseMs);
        const next = await useSnapshot(here.storage(), here.request, async () => "read", here.options);
        if (next.result.state !== "done" || next.problems.length > 0) tally.failed += 1;
        await here.world.clock.sleep(60_000);
        tally["left in the end"] += here.strays().length;
        tally.attached += here.strays().filter(({ serverIds }) => serverIds.length > 0).length;
        tally.mounted += here.devices.mounts.size;
        await here.world.close();
      }
      rows[`${moment} the step, run again ${later}`] = tally;
    }
  }
  printTable(`${cloud}: killed at each of ${total} requests and calls on the machine`, rows);
  for (const row of Object.values(rows)) {
    expect(row).toMatchObject({ kills: total, "left in the end": 0, attached: 0, mounted: 0, failed: 0 });
  }
});

test.each(CLOUDS)(
  "on %s: killed, and the machine started anew: what is attached goes once it is old",
  async (cloud) => {
    const here = await createMountWorld(cloud);
    let attachedAt = 0;
    for (let at = 1; attachedAt === 0; at += 1) {
      await runUntilDeath(here, at, "after");
      await here.world.clock.sleep(60_000);
      if (here.strays().some(({ serverIds }) => serverIds.length > 0)) attachedAt = here.world.clock.now();
    }
    here.devices.restart();
    const again = () => useSnapshot(here.storage(), here.request, async () => "read", here.options);
    // Nobody knows any more whose it is, so it may be that of a run under way.
    expect(await again()).toMatchObject({
      result: { state: "done" },
      leftovers: [{ outcome: "kept", why: `attached to ${here.serverId}, maybe by a run under way` }],
    });
    await here.world.clock.sleep(3_700_000);
    // It may be read for a day.
    expect(await again()).toMatchObject({ leftovers: [{ outcome: "kept" }] });
    await here.world.clock.sleep(86_400_000);
    expect(await again()).toMatchObject({ result: { state: "done" }, leftovers: [{ outcome: "removed" }] });
    expect(here.strays()).toEqual([]);
    await here.world.close();
  },
);
