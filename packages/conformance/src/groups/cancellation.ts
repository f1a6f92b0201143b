import type { BlockStorage, CallOptions } from "@polyvol/core";
import { expect } from "vitest";
import { ALWAYS, type Bench } from "../bench.ts";
import { failure } from "../expectations.ts";
import type { Suite } from "../suite.ts";
import { skipWhereSettled } from "./directly.ts";

/** Longest time, in real milliseconds, from an abort to the rejection. */
const PROMPT_MS = 50;

/** So few turns of the event loop are prompt on any machine: on a busy one each of them may take long. */
const PROMPT_TURNS = 3;

/** Long enough, on the clock, for anything that was still to come. */
const AFTERWARDS_MS = 3_600_000;

class Stop extends Error {}

/** Case 67. */
export function cancellationCases(suite: Suite): void {
  suite.test("67. Abort before the call sends nothing", [], async (bench) => {
    const reason = new Stop("before the call");
    const options = { abortSignal: AbortSignal.abort(reason) };
    for (const call of callsOf(bench)) {
      const before = bench.requests().total;
      await expect(call(bench.storage, options)).rejects.toBe(reason);
      expect(bench.requests().total).toBe(before);
    }
  });

  suite.test(
    "67. Abort in the pause before a retry rejects at once and sends nothing more",
    [],
    async (bench) => {
      const { id } = await bench.volume();
      bench.inject({ on: "volumes.get", effect: "unavailable_before", count: ALWAYS });
      await abortsPromptly(bench, "retry", (storage, options) => storage.volumes.get(id, options));
    },
  );

  suite.test("67. Abort in the pause before a retry of a listing sends nothing more", [], async (bench) => {
    bench.inject({ on: "volumes.list", effect: "unavailable_before", count: ALWAYS });
    await abortsPromptly(bench, "retry", (storage, options) => storage.volumes.list({}, options).toArray());
  });

  suite.test("67. The driver itself does not retry: nobody could abort it there", [], async (bench) => {
    const { id } = await bench.volume();
    const read = (): Promise<unknown> => bench.driver.getVolume(id, bench.context("volumes.get"));
    const start = bench.requests().total;
    await read();
    const once = bench.requests().total - start;
    bench.inject({ on: "volumes.get", effect: "unavailable_before", count: ALWAYS });
    const error = await failure(read);
    const sent = bench.requests().total - start - once;
    expect(sent, "requests of one driver.getVolume that fails, at most").toBeLessThanOrEqual(once);
    expect(error.retryable, "retryable, of the answer 503 to a read").toBe(true);
  });

  suite.test("67. Abort during a wait rejects at once and sends nothing more", [], async (bench) => {
    await skipWhereSettled(bench, "snapshots.create");
    const { id: volumeId } = await bench.volume();
    const name = bench.snapshotName();
    const begun = await bench.storage.snapshots.beginCreate({ volumeId, name });
    const ref = JSON.parse(JSON.stringify(begun.ref)) as typeof begun.ref;
    await abortsPromptly(bench, "wait", async (storage, options) => {
      const resumed = await storage.resume(ref);
      return await resumed.wait(options);
    });
    // Stopping the wait did not stop the work.
    expect((await begun.wait()).state).toBe("available");
  });

  suite.test("67. Abort during a wait for a resize sends nothing more", ["volumes.resize"], async (bench) => {
    await skipWhereSettled(bench, "volumes.resize");
    const { id } = await bench.volume();
    await abortsPromptly(bench, "wait", (storage, options) =>
      storage.volumes.resize(id, bench.size(1), options),
    );
  });
}

/**
 * Runs a call, aborts it in the pause that follows the first event of `type`, and expects the caller's own reason,
 * promptly, and silence afterwards.
 */
async function abortsPromptly(
  bench: Bench,
  type: "retry" | "wait",
  call: (storage: BlockStorage, options: CallOptions) => Promise<unknown>,
): Promise<void> {
  const caller = new AbortController();
  const reason = new Stop(`in the pause after a ${type}`);
  let abortedAt = 0;
  let turns = 0;
  let sent = 0;
  let events = 0;
  let over = false;
  const countTurns = (): void => {
    turns += 1;
    if (!over) setImmediate(countTurns);
  };
  const storage = bench.storageWith({
    onEvent: (event) => {
      if (event.type !== type) return;
      events += 1;
      if (events > 1) return;
      // The pause begins right after the event; a free-running clock needs longer than this to end it.
      setImmediate(() => {
        abortedAt = performance.now();
        sent = bench.requests().total;
        caller.abort(reason);
        setImmediate(countTurns);
      });
    },
  });
  try {
    const result = await call(storage, { abortSignal: caller.signal }).catch((error: unknown) => error);
    if (type === "wait" && events === 0 && !(result instanceof Error)) {
      bench.skip("work that is still under way at the first look");
    }
    expect(result).toBe(reason);
  } finally {
    over = true;
  }
  const elapsedMs = performance.now() - abortedAt;
  if (turns > PROMPT_TURNS) expect(elapsedMs, "from abort to rejection, in ms").toBeLessThan(PROMPT_MS);
  expect(events, `events of type ${type}`).toBe(1);
  await bench.clock.sleep(AFTERWARDS_MS);
  expect(bench.requests().total, "requests after the abort").toBe(sent);
}

/** One call of each kind that exists everywhere. */
function callsOf(bench: Bench): ((storage: BlockStorage, options: CallOptions) => Promise<unknown>)[] {
  const { missingVolume, missingSnapshot } = bench.harness.ids;
  const name = bench.volumeName();
  const sizeGiB = bench.size();
  const snapshot = { volumeId: missingVolume, name: bench.snapshotName() };
  return [
    (storage, options) => storage.checkHealth(options),
    (storage, options) => storage.volumes.list({}, options).toArray(),
    (storage, options) => storage.volumes.get(missingVolume, options),
    (storage, options) => storage.volumes.find({ name }, options),
    (storage, options) => storage.volumes.create({ name, sizeGiB }, options),
    (storage, options) => storage.volumes.beginCreate({ name, sizeGiB }, options),
    (storage, options) => storage.volumes.delete(missingVolume, options),
    (storage, options) => storage.snapshots.list({}, options).toArray(),
    (storage, options) => storage.snapshots.get(missingSnapshot, options),
    (storage, options) => storage.snapshots.create(snapshot, options),
    (storage, options) => storage.snapshots.beginCreate(snapshot, options),
    (storage, options) => storage.snapshots.delete(missingSnapshot, options),
  ];
}
