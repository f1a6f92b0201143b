import { expect } from "vitest";
import { type Bench, UnsoundHarness } from "../bench.ts";
import type { Suite } from "../suite.ts";
import { CREATE_DIRECTLY } from "./directly.ts";

/** Longest time, in real milliseconds, for one call of the driver. */
const LONGEST_CALL_MS = 10_000;

/** Further than any single call moves the clock, and any two right clocks are apart. */
const FAR_MS = 3_600_000;

/** Before case 1: whether what the harness says can be relied on. Everything after this builds on it. */
export function harnessCases(suite: Suite): void {
  suite.test("1. The harness: its clock is the driver's and the service's", [], async (bench) => {
    await onTheClock(bench, "checkHealth", () => bench.driver.checkHealth(bench.context("health")));
    const create = await CREATE_DIRECTLY["volumes.create"](bench);
    const { resource } = await onTheClock(bench, "createVolume", create);
    const apart = Math.abs(resource.createdAt.getTime() - bench.clock.now());
    if (apart < FAR_MS) return;
    throw new Error(
      `a volume made just now was created at ${String(resource.createdAt)}, and the clock of the harness says ` +
        `${new Date(bench.clock.now()).toISOString()}: the service has to take the time from the harness's clock, ` +
        "and the driver has to read its unit and its time zone right",
    );
  });

  suite.test("1. The harness: it counts requests, and which of them ask for a change", [], async (bench) => {
    const start = bench.requests();
    await bench.driver.checkHealth(bench.context("health"));
    const asked = bench.requests();
    expect(asked.total, "requests().total after a health check").toBeGreaterThan(start.total);
    expect(asked.changes, "requests().changes after a health check").toBe(start.changes);
    await bench.volume();
    const made = bench.requests();
    expect(made.changes, "requests().changes after a create").toBeGreaterThan(asked.changes);
    expect(made.total, "requests().total after a create").toBeGreaterThan(asked.total);
    expect(bench.harness.lastVolumeCreate(), "lastVolumeCreate() after a create").toBeDefined();
  });

  suite.test("1. The harness: it shows what the provider holds, and what is ready", [], async (bench) => {
    const { name, id: volumeId } = await bench.volume();
    const { total } = bench.requests();
    const { volumes } = await bench.holds();
    expect(bench.requests().total, "requests().total after holds()").toBe(total);
    expect(
      volumes.find((each) => each.id === volumeId),
      "a finished volume in holds()",
    ).toMatchObject({ name, ready: true });

    const createVolume = await CREATE_DIRECTLY["volumes.create"](bench);
    const volume = await createVolume();
    const heldVolume = (await bench.holds()).volumes.find((each) => each.id === volume.resource.id);
    const readVolume = await bench.driver.getVolume(volume.resource.id, bench.context("volumes.get"));
    expectNotReady("volume", heldVolume?.ready, readVolume.state);

    const createSnapshot = await CREATE_DIRECTLY["snapshots.create"](bench);
    const snapshot = await createSnapshot();
    const heldSnapshot = (await bench.holds()).snapshots.find((each) => each.id === snapshot.resource.id);
    const readSnapshot = await bench.driver.getSnapshot(snapshot.resource.id, bench.context("snapshots.get"));
    expectNotReady("snapshot", heldSnapshot?.ready, readSnapshot.state);
  });
}

/** What is seen as being made cannot have been ready a moment before. */
function expectNotReady(kind: string, ready: boolean | undefined, state: string): void {
  if (state !== "creating") return;
  expect(ready, `ready in holds() of a ${kind} that the driver then reads as "${state}"`).toBe(false);
}

/**
 * Calls the driver with nothing else under way. The clock runs on its own as soon as nobody holds it: a call that it
 * overtakes was not announced to it, and one that never comes back waits for another clock.
 */
async function onTheClock<T>(bench: Bench, method: string, call: () => Promise<T>): Promise<T> {
  const start = bench.clock.now();
  const ended = new AbortController();
  const alarm = bench.clock.sleep(FAR_MS, ended.signal).catch(() => undefined);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stuck = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const seconds = LONGEST_CALL_MS / 1_000;
      reject(
        new UnsoundHarness(
          `driver.${method} did not come back within ${seconds} s of real time, and no other test can do better: ` +
            "is the driver on the harness's clock, and is the service up?",
        ),
      );
    }, LONGEST_CALL_MS);
  });
  try {
    const result = await Promise.race([call(), stuck]);
    if (bench.clock.now() - start < FAR_MS) return result;
  } finally {
    clearTimeout(timer);
    ended.abort();
    await alarm;
  }
  throw new UnsoundHarness(
    `the harness's clock ran on while driver.${method} was under way, so every other test would end with a time-out: ` +
      "the driver has to be on the harness's clock and to hold it during requests (core's HTTP client does so when " +
      "it is given the clock)",
  );
}

/** Case 71, which looks back at all tests before it. */
export function leftoverCases(suite: Suite): void {
  suite.lookBack("71. After a full run the provider holds nothing that the kit made", () => {
    const { leftovers } = suite;
    if (leftovers.length === 0) return;
    throw new Error(["left behind, after the test that is named first:", ...leftovers].join("\n- "));
  });
}
