import { isPolyvolError, PolyvolError } from "@polyvol/core";
import type { BlockStorageDriver, CallContext } from "@polyvol/core/driver";
import type { MemoryFaultEffect } from "@polyvol/memory";
import fc from "fast-check";
import { describe, expect, inject, test } from "vitest";
import { failureOf } from "../../../../scripts/test/failure-of.ts";
import { creating, KINDS, world } from "./failing-creates.ts";

const FOR_EVER = Number.POSITIVE_INFINITY;

describe.each(KINDS)("a %s whose creation the provider accepts and does not carry out", (kind) => {
  test("goes again with the error, however often it is tried, and the next good create is the only one", async () => {
    const here = world();
    const { create, states, method } = await creating(kind, here);
    here.account.inject({ on: method, effect: "break", count: 5 });
    for (let round = 1; round <= 5; round += 1) {
      const error = await failureOf(create(here.storage()));
      expect(error).toMatchObject({ code: "operation_failed", resource: { kind, name: "new" } });
      expect(error.reason).toContain("the state error; what failed has been removed");
      expect(await states()).toEqual([]);
    }
    expect(here.events).toContainEqual(
      expect.objectContaining({ type: "recover", result: "failed_removed" }),
    );
    await create(here.storage());
    expect(await states()).toEqual(["available"]);
  });

  test("is named by the error when it cannot be removed, and the next create makes no other beside it", async () => {
    const here = world();
    const { create, states, method, remove } = await creating(kind, here);
    const refusal = new PolyvolError("permission_denied", "no right to delete", { outcome: "not_applied" });
    const storage = here.storage({ [remove]: () => Promise.reject(refusal) });
    here.account.inject({ on: method, effect: "break", count: FOR_EVER });
    const error = await failureOf(create(storage));
    expect(error).toMatchObject({ code: "operation_failed", resource: { kind, name: "new" } });
    expect(error.reason).toContain(`${kind} ${error.resource?.id} stays: no right to delete`);
    const again = await failureOf(create(storage));
    expect(again).toMatchObject({ code: "conflict", retryable: false });
    expect(again.reason).toContain(`${error.resource?.id} (error)`);
    expect(await states()).toEqual(["error"]);
  });

  test("is told within a minute though its removal does not end", async () => {
    const here = world();
    const { create, states, method, remove } = await creating(kind, here);
    here.account.inject({ on: method, effect: "break" });
    const begun = here.clock.now();
    const error = await failureOf(create(here.storage({ [remove]: () => new Promise(() => undefined) })));
    expect(error).toMatchObject({ code: "operation_failed", resource: { kind, name: "new" } });
    expect(error.reason).toMatch(
      new RegExp(`the state error; ${kind} ${error.resource?.id} stays: not finished within 60 s`),
    );
    expect(here.clock.now() - begun).toBeLessThan(120_000);
    expect(await states()).toEqual(["error"]);
  });

  test.each<[string, () => Promise<string | undefined>, RegExp]>([
    ["is given", async () => "no backend has room", /the state error: no backend has room; what failed/],
    ["is not known", async () => undefined, /the state error; what failed/],
    ["is refused", () => Promise.reject(new PolyvolError("permission_denied", "no")), /error; what failed/],
    ["is never told", () => new Promise(() => undefined), /the state error; what failed/],
  ])("is told, with why, where the reason %s", async (_, whyFailed, told) => {
    const here = world();
    const { create, method } = await creating(kind, here);
    here.account.inject({ on: method, effect: "break" });
    const begun = here.clock.now();
    const error = await failureOf(create(here.storage({ whyFailed })));
    expect(error.code).toBe("operation_failed");
    expect(error.reason).toMatch(told);
    expect(here.clock.now() - begun).toBeLessThan(120_000);
  });

  test("is told at a deadline that comes while the reason is asked for, and not after a wish to stop", async () => {
    for (const ends of ["deadline", "wish"]) {
      const here = world();
      const { create, method } = await creating(kind, here);
      here.account.inject({ on: method, effect: "break" });
      const wish = new AbortController();
      const reason = new Error("stop");
      const whyFailed = (): Promise<never> => {
        if (ends === "wish") wish.abort(reason);
        return new Promise(() => undefined);
      };
      const storage = here.storage({ whyFailed }, { waitTimeoutMs: 20_000 });
      const call = { abortSignal: wish.signal };
      const result = await create(storage, call).catch((error: unknown) => error);
      if (ends === "wish") expect(result).toBe(reason);
      else expect(result).toMatchObject({ code: "operation_failed" });
    }
  });

  test("left by a process that was killed: a mark makes it Polyvol's own, without one it is named", async () => {
    const here = world();
    const { create, begin, states, method } = await creating(kind, here);
    here.account.inject({ on: method, effect: "break" });
    await begin(here.storage());
    await here.clock.sleep(60_000);
    expect(await states()).toEqual(["error"]);
    if (kind === "snapshot") {
      await create(here.storage());
      expect(await states()).toEqual(["available"]);
      return;
    }
    const error = await failureOf(create(here.storage()));
    expect(error).toMatchObject({ code: "conflict", outcome: "not_applied" });
    expect(error.reason).toMatch(
      /^1 failed volume has this name: \S+ \(error\); look whether it holds anything; mend/,
    );
    expect(await states()).toEqual(["error"]);
  });

  test("is what one that was good before is not, whatever its mark: the next create names it", async () => {
    const here = world();
    const { create, begin, states, method } = await creating(kind, here);
    here.account.inject({ on: method, effect: "break" });
    await begin(here.storage());
    await here.clock.sleep(60_000);
    const later = <T extends { readonly state: string }>(seen: T): T =>
      seen.state === "error" ? { ...seen, failedLater: true } : seen;
    const { driver } = here;
    const storage = here.storage({
      attemptIdOf: () => "an-earlier-create",
      getVolume: async (...asked) => later(await driver.getVolume(...asked)),
      getSnapshot: async (...asked) => later(await driver.getSnapshot(...asked)),
    });
    const error = await failureOf(create(storage));
    expect(error).toMatchObject({ code: "conflict", outcome: "not_applied" });
    expect(error.reason).toMatch(/\(error\), which could not be removed: it was good before/);
    expect(await states()).toEqual(["error"]);
  });

  test("after a lost answer: nothing is sent again beside what failed and may be its effect", async () => {
    const here = world();
    const { create, states, method } = await creating(kind, here);
    const lost = new PolyvolError("unavailable", "connection lost", { retryable: true, outcome: "unknown" });
    const original = here.driver[method].bind(here.driver) as (
      ...given: readonly unknown[]
    ) => Promise<unknown>;
    let sent = 0;
    const storage = here.storage({
      [method]: async (...given: readonly unknown[]) => {
        sent += 1;
        if (sent > 1) return await original(...given);
        here.account.inject({ on: method, effect: "break" });
        await original(...given);
        // So late that the failure shows already.
        await here.clock.sleep(30_000);
        throw lost;
      },
    });
    const result = await create(storage).catch((error: unknown) => error);
    if (kind === "snapshot") {
      expect(await states()).toEqual(["available"]);
      expect(sent).toBe(2);
      return;
    }
    expect(result).toMatchObject({ code: "conflict" });
    expect(sent).toBe(1);
    expect(await states()).toEqual(["error"]);
  });
});

test("a create while another process removes what it failed to make goes ahead", async () => {
  const here = world();
  const { create, states, method } = await creating("volume", here);
  here.account.inject({ on: method, effect: "break" });
  let second: Promise<unknown> | undefined;
  const deleteVolume: BlockStorageDriver["deleteVolume"] = async (id, context) => {
    // The failed one is still to be seen when the other process looks.
    second = create(here.storage());
    await here.clock.sleep(1_000);
    return await here.driver.deleteVolume(id, context);
  };
  const first = await failureOf(create(here.storage({ deleteVolume })));
  expect(first.reason).toContain("what failed has been removed");
  await second;
  expect(await states()).toEqual(["available"]);
});

test("another process that waits for the same resource ends too, and deletes nothing", async () => {
  const here = world();
  const { create, states, method } = await creating("volume", here);
  here.account.inject({ on: method, effect: "break" });
  const first = failureOf(create(here.storage()));
  await here.clock.sleep(1_000);
  const second = await failureOf(create(here.storage()));
  expect((await first).code).toBe("operation_failed");
  // It sees that it failed, or, where its maker was quicker, that it has gone.
  expect(["operation_failed", "conflict"]).toContain(second.code);
  expect(await states()).toEqual([]);
  expect(here.account.calls.of("deleteVolume")).toBe(1);
});

test("whatever fails, one try after the other: never two of the name, and nothing usable is deleted", async () => {
  const effects: readonly MemoryFaultEffect[] = [
    { effect: "break" },
    { effect: "fail", when: "after" },
    { effect: "fail", when: "before" },
    { effect: "commit_late", ms: 700 },
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...KINDS),
      fc.array(fc.constantFrom(...effects), { maxLength: 6 }),
      async (kind, faults) => {
        const here = world();
        const { create, states, method, remove } = await creating(kind, here);
        const usable: string[] = [];
        const watched = {
          [remove]: async (id: string, context: CallContext) => {
            const read = kind === "volume" ? here.driver.getVolume : here.driver.getSnapshot;
            const { state } = await read(id, context);
            if (state === "available") usable.push(id);
            return await here.driver[remove](id, context);
          },
        };
        for (const fault of faults) here.account.inject({ on: method, ...fault });
        for (let round = 0; round < 8; round += 1) {
          await create(here.storage(watched)).catch((error: unknown) => {
            if (!isPolyvolError(error)) throw error;
          });
          expect((await states()).length).toBeLessThanOrEqual(1);
        }
        expect(usable).toEqual([]);
      },
    ),
    { numRuns: inject("isFull") ? 100 : 20 },
  );
});
