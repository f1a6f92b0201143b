import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import { abortable, abortablePromise, onAbort } from "../src/abort.ts";

const REASON = { not: "an error" };
const listeners = (signal: AbortSignal): number => getEventListeners(signal, "abort").length;

describe("a listener for an abort", () => {
  test("is told the reason, once, and at once where it comes too late", () => {
    const abort = new AbortController();
    const heard: unknown[] = [];
    onAbort(abort.signal, (reason) => heard.push(reason));
    abort.abort(REASON);
    abort.abort("again");
    expect(heard).toEqual([REASON]);
    onAbort(abort.signal, (reason) => heard.push(reason));
    expect(heard).toEqual([REASON, REASON]);
  });

  test("is one for the platform, however many there are, and none once all are taken off", () => {
    const { signal } = new AbortController();
    const stops = Array.from({ length: 20 }, () => onAbort(signal, () => undefined));
    expect(listeners(signal)).toBe(1);
    for (const stop of stops) stop();
    expect(listeners(signal)).toBe(0);
  });

  test("is not told after it was taken off, and takes nobody else off when that is said twice", () => {
    const abort = new AbortController();
    const heard: string[] = [];
    const stop = onAbort(abort.signal, () => heard.push("first"));
    stop();
    onAbort(abort.signal, () => heard.push("second"));
    stop();
    abort.abort();
    expect(heard).toEqual(["second"]);
  });

  test("may take another one off while it is told", () => {
    const abort = new AbortController();
    const heard: string[] = [];
    onAbort(abort.signal, () => stop());
    const stop = onAbort(abort.signal, () => heard.push("second"));
    abort.abort();
    expect(heard).toEqual([]);
  });

  test("without a signal is never told", () => {
    expect(onAbort(undefined, () => expect.unreachable())()).toBeUndefined();
  });
});

describe("an abortable promise", () => {
  test("ends as the promise does, and leaves no listener", async () => {
    const { signal } = new AbortController();
    expect(await abortable(Promise.resolve(1), signal)).toBe(1);
    await expect(abortable(Promise.reject(REASON), signal)).rejects.toBe(REASON);
    expect(listeners(signal)).toBe(0);
  });

  test("rejects with the reason while the promise is pending, and when it begins too late", async () => {
    const abort = new AbortController();
    const pending = abortable(new Promise(() => undefined), abort.signal);
    abort.abort(REASON);
    await expect(pending).rejects.toBe(REASON);
    await expect(abortable(Promise.reject(new Error("unheard")), abort.signal)).rejects.toBe(REASON);
    expect(listeners(abort.signal)).toBe(0);
  });

  test("cleans up after an abort, also one that comes while it starts, and not after it has settled", async () => {
    const cleaned: unknown[] = [];
    const abort = new AbortController();
    const settled = abortablePromise<number>(abort.signal, (resolve) => {
      resolve(1);
      return () => cleaned.push("settled");
    });
    const waiting = abortablePromise(abort.signal, () => (reason) => cleaned.push(reason));
    abort.abort(REASON);
    await expect(waiting).rejects.toBe(REASON);
    expect(await settled).toBe(1);
    const starting = new AbortController();
    const started = abortablePromise(starting.signal, () => {
      starting.abort("while starting");
      return (reason) => cleaned.push(reason);
    });
    await expect(started).rejects.toBe("while starting");
    expect(cleaned).toEqual([REASON, "while starting"]);
  });

  test("that cannot start rejects with why, and leaves no listener", async () => {
    const { signal } = new AbortController();
    const error = new Error("no");
    const failed = abortablePromise(signal, () => {
      throw error;
    });
    await expect(failed).rejects.toBe(error);
    expect(listeners(signal)).toBe(0);
  });
});
