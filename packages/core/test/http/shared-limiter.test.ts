/** Which clients of a process keep to quotas together, and for how long that is remembered. */
import { createVirtualClock } from "@polyvol/core/driver";
import type { HttpClient, HttpClientOptions } from "@polyvol/core/http";
import { afterEach, describe, expect, test, vi } from "vitest";
import { failureOf } from "../../../../scripts/test/failure-of.ts";
import { limiterSource } from "../../src/http/rate-limit/limiters.ts";
import { createLane, type Permit } from "../../src/http/rate-limit/rate-limiter.ts";
import { prepareRequest } from "../../src/http/request.ts";
import { json, makeClient, makeContext, serve } from "./kit.ts";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

const TOKEN = "secret-token-of-an-account";
const HOUR_MS = 3_600_000;
const REQUEST = { method: "GET", path: "/x" } as const;

const rotating = (): string => TOKEN;
const clock = createVirtualClock();
const sendByFetch: typeof fetch = (url, init) => fetch(url, init);
const quotas = [{ requests: 1, windowMs: 60_000 }];

/** Whether a client waits for what another one has sent. */
async function waitsFor(other: HttpClient, client: HttpClient): Promise<boolean> {
  await other.send(REQUEST, makeContext());
  const sent = client.send(REQUEST, makeContext({ remainingMs: () => 1_000 }));
  return sent.then(
    () => false,
    (error: unknown) => {
      expect(error).toMatchObject({ code: "rate_limited", reason: expect.stringContaining("quota") });
      return true;
    },
  );
}

type Differing = Partial<HttpClientOptions> & { readonly path?: string };
const first = { account: [TOKEN, "nyc3"], quotas, clock, fetch: sendByFetch } satisfies Differing;

const SHARED: Readonly<Record<string, readonly [Differing, Differing]>> = {
  "the same in every way": [{}, { account: [TOKEN, "nyc3"], quotas: [{ windowMs: 60_000, requests: 1 }] }],
  "another concurrency, another timeout": [{}, { maxConcurrency: 1, attemptTimeoutMs: 1_000 }],
  "one callback, whatever it gives": [{ account: [rotating] }, { account: [rotating] }],
  "one file": [{ account: [{ file: "/run/token" }] }, { account: [{ file: "/run/token" }] }],
};

const APART: Readonly<Record<string, readonly [Differing, Differing]>> = {
  "another credential": [{}, { account: [`${TOKEN}.`, "nyc3"] }],
  "the same letters otherwise divided": [{ account: ["ab", "c"] }, { account: ["a", "bc"] }],
  "a callback that gives the same": [{ account: [rotating] }, { account: [() => TOKEN] }],
  "a callback and its value": [{ account: [rotating] }, { account: [TOKEN] }],
  "a file and its name as a credential": [{ account: [{ file: TOKEN }] }, { account: [TOKEN] }],
  "another base URL": [{}, { path: "/other" }],
  "another provider": [{}, { provider: "othercloud" }],
  "other quotas": [{}, { quotas: [{ requests: 1, windowMs: 60_001 }] }],
  "another transport": [{}, { fetch: (url, init) => fetch(url, init) }],
  "another clock": [{}, { clock: { ...clock } }],
  "no account": [{ account: undefined }, { account: undefined }],
};

describe.each([
  { name: "one limiter", expected: true, cases: SHARED },
  { name: "a limiter each", expected: false, cases: APART },
])("$name", ({ expected, cases }) => {
  test.each(Object.entries(cases))("%s", async (_, [one, other]) => {
    const server = await serve((_request, response) => json(response, {}));
    const clientOf = ({ path = "", ...options }: Differing): HttpClient =>
      makeClient(server.url + path, { ...first, ...options });
    expect(await waitsFor(clientOf(one), clientOf(other))).toBe(expected);
    expect(server.seen).toHaveLength(expected ? 1 : 2);
  });
});

test.each([
  ["Node.js/24", true],
  ["Cloudflare-Workers", false],
  ["Mozilla/5.0", false],
])(
  "on %s one limiter: %s, since a worker's request must not wait for another one's",
  async (userAgent, expected) => {
    vi.stubGlobal("navigator", { userAgent });
    vi.resetModules();
    const { createHttpClient } = await import("@polyvol/core/http");
    const server = await serve((_request, response) => json(response, {}));
    const clientOf = (): HttpClient =>
      createHttpClient({ ...first, provider: "p", baseUrl: server.url, authorize: () => undefined });
    expect(await waitsFor(clientOf(), clientOf())).toBe(expected);
  },
);

test("a client that is made later waits as long as the service has asked its account to, and no longer", async () => {
  const ownClock = createVirtualClock();
  const server = await serve((_, response) => json(response, {}, 429, { "retry-after": "30" }));
  const client = (): HttpClient => makeClient(server.url, { ...first, quotas: [], clock: ownClock });
  await failureOf(client().send(REQUEST, makeContext()));
  const later = client().send(REQUEST, makeContext({ remainingMs: () => 10_000 }));
  expect(await failureOf(later)).toMatchObject({ code: "rate_limited", retryAfterMs: 30_000 });
  expect(server.seen).toHaveLength(1);
  await ownClock.advance(30_000);
  await failureOf(client().send(REQUEST, makeContext()));
  expect(server.seen).toHaveLength(2);
});

test("what nobody has used for an hour is forgotten, and nothing before that or while it is in use", async () => {
  const ownClock = createVirtualClock();
  const sourceOf = (account: string) =>
    limiterSource(ownClock, "https://api.example.com", {
      ...{ provider: "testcloud", baseUrl: "https://api.example.com", authorize: () => undefined },
      ...{ account: [account], quotas },
    });
  const lane = createLane(1);
  const prepared = prepareRequest("testcloud", "https://api.example.com", REQUEST, makeContext());
  const answered = { rejected: false, pauseMs: undefined, reading: undefined };
  /** A newcomer is what makes room. */
  let newcomers = 0;
  const isKept = (source: ReturnType<typeof sourceOf>, before: object): boolean => {
    newcomers += 1;
    sourceOf(`newcomer ${newcomers}`)();
    return source() === before;
  };
  const source = sourceOf("a");
  const limiter = source();
  const permit = limiter.acquire(prepared, lane) as Permit;
  await ownClock.advance(24 * HOUR_MS);
  expect(isKept(source, limiter)).toBe(true);
  limiter.release(permit, { sent: true, response: {} }, answered);
  await ownClock.advance(HOUR_MS);
  expect(isKept(source, limiter)).toBe(true);
  await ownClock.advance(1);
  expect(isKept(source, limiter)).toBe(false);
});
