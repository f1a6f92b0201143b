import { logEvents, PolyvolError, type PolyvolEvent } from "@polyvol/core";
import { fitWords, listWords } from "@polyvol/core/driver";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyText } from "../../../scripts/test/any-text.ts";
import { createRuntime } from "../src/call/runtime.ts";
import { extendError } from "../src/errors.ts";

const HOSTILE = "1.3 \r\nX: y\u2028\x1b[2J\u202eerror: all backups are gone\ud83d\u0000\u009b";
const SHOWN = "1.3 X: y [2J error: all backups are gone";
const NOT_FIT = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

describe("words of a service", () => {
  test("whatever they are: one line, without what is not seen, bounded, no character in half", () => {
    const any = fc.oneof(anyText(), fc.string({ unit: "grapheme", maxLength: 300 }));
    const hostile = fc
      .array(fc.constantFrom("\n", "\x1b[31m", "\u202e", "\ud83d", "😀", "a b", "  "))
      .map((all) => all.join(""));
    fc.assert(
      fc.property(fc.oneof(any, hostile), fc.integer({ min: 1, max: 60 }), (words, most) => {
        const fit = fitWords(words, most);
        expect(fit).not.toMatch(NOT_FIT);
        expect(fit.length).toBeLessThanOrEqual(most);
        expect(fitWords(fit, most)).toBe(fit);
        if (words.length <= most && !NOT_FIT.test(words)) expect(fit).toBe(words.trim());
      }),
    );
  });

  test("of any length, in the time of a short one", () => {
    expect(fitWords("x\n".repeat(5_000_000)).length).toBeLessThanOrEqual(2_000);
  });

  test("a long list says how many more there are", () => {
    expect(listWords(["a", HOSTILE])).toBe(`a, ${SHOWN}`);
    expect(listWords(Array.from({ length: 10_000 }, (_, each) => `v${each}`))).toBe(
      "v0, v1, v2, v3, v4, v5, v6, v7, v8, v9 and 9,990 more",
    );
  });

  test("in errors: the message and the reason are fit, and what is data stays exact", () => {
    const resource = { kind: "volume", id: HOSTILE, name: HOSTILE } as const;
    const details = { resource, providerCode: HOSTILE, requestId: HOSTILE };
    const error = new PolyvolError("unavailable", `the state is ${HOSTILE}`, details);
    expect(error.message).toBe(
      `"${SHOWN}" volume ${SHOWN}: the state is ${SHOWN} (unavailable, provider code ${SHOWN}, request ${SHOWN})`,
    );
    expect(error.reason).toBe(`the state is ${SHOWN}`);
    expect(error).toMatchObject(details);
    expect(extendError(error, {}, HOSTILE)).toMatchObject({ ...details, reason: SHOWN });
    const long = "x".repeat(170_000);
    const longest = new PolyvolError("unknown", long, { resource: { kind: "volume", id: long, name: long } });
    expect(longest.message.length).toBeLessThan(2_500);
  });

  test("in events and in the lines of a logger", () => {
    const events: PolyvolEvent[] = [];
    const lines: string[] = [];
    const write = (line: string): void => void lines.push(line);
    const log = logEvents({ debug: write, info: write, warn: write });
    const capabilities = { supports: [], limits: {} };
    const driver = { provider: "p", polling: {}, paging: {}, capabilities } as never;
    const runtime = createRuntime(driver, {
      onEvent(event) {
        events.push(event);
        log(event);
      },
    });
    const resource = { kind: "volume", id: HOSTILE } as const;
    runtime.emit("volumes.create", { type: "wait", resource, seen: HOSTILE, elapsedMs: 1, nextLookMs: 2 });
    runtime.emit("volumes.create", {
      type: "version",
      apiVersion: "1",
      result: "chosen",
      message: `offers ${HOSTILE}`,
    });
    expect(events).toMatchObject([{ seen: SHOWN, resource }, { message: `offers ${SHOWN}` }]);
    expect(lines).toEqual([
      `p volumes.create: volume ${SHOWN} is ${SHOWN}; the next look in 2 ms`,
      `p volumes.create: offers ${SHOWN}`,
    ]);
  });
});
