import fc from "fast-check";
import { describe, expect, inject, test } from "vitest";
import type { Call } from "../../src/call/call.ts";
import { createVirtualClock, type VirtualClock } from "../../src/virtual-clock.ts";
import type { LookSource } from "../../src/wait/look-source.ts";
import { createSharedLooks, type SharedLooks } from "../../src/wait/shared-looks.ts";

interface Item {
  readonly id: string;
  readonly group: string;
  /** When the provider was asked. */
  readonly readAt: number;
}

/** A resource of an account: it exists from one instant to another. */
interface Life {
  readonly id: string;
  readonly group: string;
  readonly from: number;
  readonly until: number;
}

/** An account that pages by marker, takes its time for each answer, and fails at some of its requests. */
function accountOf(
  lives: readonly Life[],
  clock: VirtualClock,
  fails: (request: number) => boolean,
  pageSize: number,
) {
  const requests = { get: 0, page: 0 };
  const answer = async <R>(look: () => R): Promise<R> => {
    // Seen somewhere on the way, as the provider likes.
    await clock.sleep(1);
    if (fails(requests.get + requests.page)) throw new Error("no answer");
    const found = look();
    await clock.sleep(1);
    return found;
  };
  const there = (): Item[] =>
    lives
      .filter(({ from, until }) => from <= clock.now() && clock.now() < until)
      .map(({ id, group }) => ({ id, group, readAt: clock.now() }))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  const source: LookSource<Item, { readonly group: string }> = {
    get: (id) => {
      requests.get += 1;
      return answer(() => there().find((each) => each.id === id));
    },
    pages: async function* () {
      for (let after = ""; ; ) {
        requests.page += 1;
        const items = await answer(() =>
          there()
            .filter(({ id }) => id > after)
            .slice(0, pageSize),
        );
        if (items.length > 0) yield { items };
        if (items.length < pageSize) return;
        after = items.at(-1)?.id ?? after;
      }
    },
    matches: (item, { group }) => item.group === group,
    keyOf: ({ group }) => `group ${group}`,
    keysOf: ({ group }) => [`group ${group}`],
    extent: { pages: 1 },
  };
  return { source, requests };
}

function callOf(abortSignal: AbortSignal = new AbortController().signal): Call {
  return { operation: "test", id: Symbol("call"), abortSignal, remainingMs: () => 60_000 } as unknown as Call;
}

function looksAt(
  lives: readonly Life[],
  fails: (request: number) => boolean = () => false,
  pageSize = 3,
): {
  looks: SharedLooks<Item, { readonly group: string }>;
  clock: VirtualClock;
  requests: { get: number; page: number };
} {
  const clock = createVirtualClock(0);
  clock.runFreely();
  const { source, requests } = accountOf(lives, clock, fails, pageSize);
  return {
    looks: createSharedLooks(source, { clock, monotonicNow: () => clock.now() }, 10),
    clock,
    requests,
  };
}

const forEver = (id: string, group = "a"): Life => ({ id, group, from: 0, until: Number.POSITIVE_INFINITY });
const many = (count: number): Life[] =>
  Array.from({ length: count }, (_, index) => forEver(`r${10 + index}`, `g${index}`));

describe("what a shared walk may answer", () => {
  const life = fc
    .record({
      id: fc.nat(20).map((number) => `r${10 + number}`),
      group: fc.constantFrom("a", "b", "c"),
      from: fc.nat(60),
      length: fc.integer({ min: 1, max: 80 }),
    })
    .map(({ length, ...rest }): Life => ({ ...rest, until: rest.from + length }));
  const lives = fc.uniqueArray(life, { selector: ({ id }) => id, maxLength: 16 });
  const ask = fc.record({
    kind: fc.constantFrom("wait" as const, "end" as const, "find" as const, "all" as const),
    at: fc.nat(50),
    id: fc.nat(20).map((number) => `r${10 + number}`),
    group: fc.constantFrom("a", "b", "c"),
    slackMs: fc.nat(5),
    inMs: fc.nat(10),
  });

  test("nothing is called absent that was there all the time, and nothing is answered that was seen before the question", async () => {
    const world = fc.record({
      lives,
      asks: fc.array(ask, { minLength: 1, maxLength: 20 }),
      failing: fc.array(fc.nat(40), { maxLength: 12 }),
      pageSize: fc.integer({ min: 1, max: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(world, async ({ lives, asks, failing, pageSize }) => {
        const { looks, clock } = looksAt(lives, (request) => failing.includes(request), pageSize);
        const wasThere = (each: Life, from: number, until: number): boolean =>
          each.from <= from && until < each.until;
        await Promise.all(
          asks.map(async ({ kind, at, id, group, slackMs, inMs }) => {
            await clock.sleep(at);
            const call = callOf();
            const leave = looks.announce(call);
            const askedAt = clock.now();
            try {
              if (kind === "all") {
                const found = await looks.all(call, { group });
                if (found === undefined) return;
                const ids = found.map((each) => each.id);
                expect(new Set(ids).size).toBe(ids.length);
                for (const each of found) {
                  expect(each.group).toBe(group);
                  expect(each.readAt).toBeGreaterThanOrEqual(askedAt);
                }
                const throughout = lives.filter(
                  (each) => each.group === group && wasThere(each, askedAt, clock.now()),
                );
                expect(ids).toEqual(expect.arrayContaining(throughout.map((each) => each.id)));
                return;
              }
              const request = { id, dueAt: askedAt + inMs, slackMs, wasListed: kind === "end" };
              const found =
                kind === "find"
                  ? await looks.find(call, id)
                  : await looks.look(call, request).catch(() => "failed" as const);
              if (found === "failed") return;
              if (found !== undefined) expect(found.readAt).toBeGreaterThanOrEqual(askedAt);
              const mayBeAbsent =
                kind === "find" ||
                !lives.some((each) => each.id === id && wasThere(each, askedAt, clock.now()));
              expect(found !== undefined || mayBeAbsent).toBe(true);
            } finally {
              leave();
            }
          }),
        );
        expect(clock.sleepers).toBe(0);
      }),
      { numRuns: inject("isFull") ? 500 : 80 },
    );
  });

  test("a walk that fails on its last page says of nothing that it has gone: each is read by itself", async () => {
    const { looks, requests, clock } = looksAt(many(8), (request) => request === 3);
    const ask = (id: string): Promise<Item | undefined> =>
      looks.look(callOf(), { id, dueAt: 5, slackMs: 0, wasListed: true });
    const found = await Promise.all(["r10", "r11", "r16", "r17", "r90"].map(ask));
    expect(found.map((each) => each?.id)).toEqual(["r10", "r11", "r16", "r17", undefined]);
    // Two pages came; what stood on the third, or nowhere, was read.
    expect(requests).toEqual({ get: 3, page: 3 });
    expect(clock.sleepers).toBe(0);
  });

  test("silence of a whole listing is the end of what a listing has shown before, and of nothing else", async () => {
    const { looks, requests } = looksAt(many(2));
    const ask = (id: string, wasListed: boolean): Promise<Item | undefined> =>
      looks.look(callOf(), { id, dueAt: 5, slackMs: 0, wasListed });
    expect(await Promise.all([ask("r90", true), ask("r91", true), ask("r92", false)])).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(requests).toEqual({ get: 1, page: 1 });
  });

  test("a walk that would cost more than it spares is broken off, and not begun again", async () => {
    const { looks, requests } = looksAt(many(90));
    const look = async (): Promise<void> => {
      const calls = Array.from({ length: 6 }, () => callOf());
      const leaves = calls.map((call) => looks.announce(call));
      const found = await Promise.all(calls.map((call, index) => looks.all(call, { group: `g${index}` })));
      for (const leave of leaves) leave();
      expect(found).toEqual(Array.from({ length: 6 }, () => undefined));
    };
    await look();
    expect(requests.page).toBeLessThanOrEqual(7);
    const before = requests.page;
    await look();
    expect(requests.page).toBe(before);
  });

  test("a call that is alone does not wait for others", async () => {
    const { looks, clock } = looksAt(many(3));
    const call = callOf();
    const leave = looks.announce(call);
    expect(await looks.all(call, { group: "g1" })).toBeUndefined();
    expect(await looks.find(call, "r10")).toBeUndefined();
    leave();
    expect(clock.now()).toBe(0);
  });

  test("who waits for company waits for no longer than that takes", async () => {
    const { looks, clock } = looksAt(many(3));
    const [here, there, elsewhere] = [callOf(), callOf(), callOf()];
    const leaves = [here, there, elsewhere].map((call) => looks.announce(call));
    const found = await Promise.all([looks.all(here, { group: "g0" }), looks.all(there, { group: "g1" })]);
    expect(found).toMatchObject([[{ id: "r10" }], [{ id: "r11" }]]);
    // The third never came: ten milliseconds of patience, and two of one page.
    expect(clock.now()).toBeLessThanOrEqual(10 + 4);
    for (const leave of leaves) leave();
  });

  test("an aborted look leaves the others theirs", async () => {
    const { looks, clock } = looksAt(many(3));
    const abort = new AbortController();
    const gone = looks.look(callOf(abort.signal), { id: "r10", dueAt: 5, slackMs: 0 });
    const stays = looks.look(callOf(), { id: "r11", dueAt: 5, slackMs: 0 });
    abort.abort(new Error("enough"));
    await expect(gone).rejects.toThrow("enough");
    expect(await stays).toMatchObject({ id: "r11" });
    expect(clock.sleepers).toBe(0);
  });
});
