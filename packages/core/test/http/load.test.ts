import { createBlockStorage } from "@polyvol/core";
import { createHttpClient } from "@polyvol/core/http";
import { createMemoryDriver } from "@polyvol/memory";
import { afterEach, expect, test, vi } from "vitest";
import { failureOf } from "../../../../scripts/test/failure-of.ts";
import { anything, json, serve } from "./kit.ts";

const FETCH_TRANSPORT = "../../src/http/transport/fetch.ts";

afterEach(() => {
  vi.doUnmock(FETCH_TRANSPORT);
});

/** A storage whose volumes are made and read by requests that `fetch` sends. */
function overFetch(baseUrl: string): {
  readonly storage: ReturnType<typeof createBlockStorage>;
  sent(): number;
} {
  let sent = 0;
  const client = createHttpClient({
    provider: "testcloud",
    baseUrl,
    authorize: () => undefined,
    fetch: (...request) => {
      sent += 1;
      return fetch(...request);
    },
  });
  const driver = createMemoryDriver();
  const first = { path: "/v1/first", response: anything };
  const storage = createBlockStorage({
    ...driver,
    createVolume: async (input, context) => {
      await client.send({ ...first, method: "POST", body: {} }, context);
      return driver.createVolume(input, context);
    },
    getVolume: async (id, context) => {
      await client.send({ ...first, method: "GET" }, context);
      return driver.getVolume(id, context);
    },
  });
  return { storage, sent: () => sent };
}

test("a part that cannot be loaded is no failure of the network: it says why, and nothing is sent again", async () => {
  const cause = Object.assign(new Error("Must use import to load ES Module"), { code: "ERR_REQUIRE_ESM" });
  vi.doMock(FETCH_TRANSPORT, () => {
    throw cause;
  });
  const server = await serve((_, response) => json(response, {}));
  const { storage, sent } = overFetch(server.url);
  const created = await failureOf(storage.volumes.create({ name: "a", sizeGiB: 1 }));
  expect(created).toMatchObject({ code: "unknown", retryable: false, outcome: "not_applied", attempts: 1 });
  expect(created.reason).toMatch(/^the part of Polyvol that sends requests could not be loaded: /);
  expect(created.cause).toBeInstanceOf(Error);
  expect(created.message).not.toContain("connection");
  const read = await failureOf(storage.volumes.get("a"));
  expect(read).toMatchObject({ code: "unknown", retryable: false, outcome: undefined });
  expect([sent(), server.seen.length]).toEqual([0, 0]);
});

test("what could not be loaded once is loaded by the next request", async () => {
  vi.doMock(FETCH_TRANSPORT, () => {
    throw new Error("too many open files");
  });
  const server = await serve((_, response) => json(response, {}));
  const { storage } = overFetch(server.url);
  await failureOf(storage.volumes.create({ name: "a", sizeGiB: 1 }));
  vi.doUnmock(FETCH_TRANSPORT);
  expect(await storage.volumes.create({ name: "a", sizeGiB: 1 })).toMatchObject({ name: "a" });
});
