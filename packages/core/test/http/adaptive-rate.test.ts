import { createVirtualClock } from "@polyvol/core/driver";
import { describe, expect, inject, test } from "vitest";
import { json, makeClient, makeContext, serve } from "./kit.ts";
import { simulate } from "./simulation.ts";

const PER_SECOND = 10;
const WANTED_PER_SECOND = inject("isFull") ? 50 : 25;

/** Ways in which servers count ten a second; each gives the limiter of one server. */
const LIMITERS: Readonly<Record<string, () => (now: number) => boolean>> = {
  "counts the last second": () => {
    const taken: number[] = [];
    return (now) => {
      while ((taken[0] ?? now) <= now - 1_000) taken.shift();
      if (taken.length >= PER_SECOND) return false;
      taken.push(now);
      return true;
    };
  },
  "counts refusals, too": () => {
    const seen: number[] = [];
    return (now) => {
      while ((seen[0] ?? now) <= now - 1_000) seen.shift();
      seen.push(now);
      return seen.length <= PER_SECOND;
    };
  },
  "counts by the second": () => {
    let second = -1;
    let taken = 0;
    return (now) => {
      if (Math.floor(now / 1_000) !== second) {
        second = Math.floor(now / 1_000);
        taken = 0;
      }
      taken += 1;
      return taken <= PER_SECOND;
    };
  },
  "has a bucket of ten": () => bucket(10),
  "has a bucket of two": () => bucket(2),
};

function bucket(size: number): (now: number) => boolean {
  let tokens = size;
  let filledAt: number | undefined;
  return (now) => {
    tokens = Math.min(size, tokens + ((now - (filledAt ?? now)) * PER_SECOND) / 1_000);
    filledAt = now;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}

/** Promise 3. */
describe(`a server that allows 10/s and says nothing, a client that wants ${WANTED_PER_SECOND}/s for long`, () => {
  const durationMs = inject("isFull") ? 60_000 : 20_000;

  // Between two edits, the two that are hardest to find out.
  const limiters = Object.entries(LIMITERS).filter(
    ([name]) => inject("isFull") || ["counts refusals, too", "has a bucket of two"].includes(name),
  );

  test.each(limiters)("%s", async (_, limiter) => {
    const answers = await simulate({
      limiter: limiter(),
      wantedPerSecond: WANTED_PER_SECOND,
      durationMs,
      latencyMs: [20, 40],
      client: { maxConcurrency: 16 },
    });
    const late = answers.filter(({ at }) => at > 10_000);
    const refused = late.filter(({ status }) => status === 429).length;
    const throughput = (late.length - refused) / ((PER_SECOND * (durationMs - 10_000)) / 1_000);
    expect(refused / late.length).toBeLessThanOrEqual(0.05);
    expect(throughput).toBeGreaterThanOrEqual(0.9);
  });
});

test.each([
  ["says nothing", {}],
  ["says to try again at once", { "retry-after": "0" }],
])("a gateway that allows far less than the documented quotas, and %s, is found out", async (_, fields) => {
  const quotas = [{ requests: 2_500, windowMs: 60_000 }];
  const answers = await simulate({
    limiter: LIMITERS["counts the last second"]?.() ?? (() => true),
    wantedPerSecond: WANTED_PER_SECOND,
    durationMs: 20_000,
    latencyMs: [20, 40],
    client: { maxConcurrency: 16, quotas },
    headers: () => fields,
  });
  const late = answers.filter(({ at }) => at > 10_000);
  const refused = late.filter(({ status }) => status === 429).length;
  expect(refused / late.length).toBeLessThanOrEqual(0.05);
  expect(late.length - refused).toBeGreaterThanOrEqual(90);
});

test("a rate that was found by trial may rise: nobody is told that it is too late", async () => {
  const clock = createVirtualClock();
  let left = 0;
  const server = await serve((_, response) => json(response, {}, left-- > 0 ? 200 : 429));
  const client = makeClient(server.url, { clock });
  await expect(client.send({ method: "GET", path: "/x" }, makeContext())).rejects.toMatchObject({
    status: 429,
  });
  left = 6;
  const context = makeContext({ remainingMs: () => 2_000 });
  const sent = Promise.all([1, 2, 3, 4, 5, 6].map(() => client.send({ method: "GET", path: "/x" }, context)));
  clock.runFreely();
  expect((await sent).map(({ status }) => status)).toEqual(Array(6).fill(200));
});

test("a server that refuses nothing is sent everything at once", async () => {
  const answers = await simulate({
    limiter: () => true,
    wantedPerSecond: 200,
    calls: 400,
    latencyMs: [5, 5],
    client: { maxConcurrency: 100 },
  });
  expect(answers.at(-1)?.at).toBeLessThanOrEqual(2_010);
});
