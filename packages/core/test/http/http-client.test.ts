import { inspect } from "node:util";
import { PolyvolError } from "@polyvol/core";
import { createVirtualClock } from "@polyvol/core/driver";
import type { OutgoingRequest } from "@polyvol/core/http";
import { describe, expect, test } from "vitest";
import { failureOf } from "../../../../scripts/test/failure-of.ts";
import { anything, json, makeClient, makeContext, serve, TOKEN } from "./kit.ts";

describe("a request", () => {
  test("carries the body as JSON, the headers of client and request, and the credentials", async () => {
    const server = await serve((_, response) =>
      json(response, { made: true }, 201, { "x-request-id": "r-1" }),
    );
    const client = makeClient(`${server.url}/prefix/`, {
      headers: { "user-agent": "polyvol", "x-a": "client" },
    });
    const answer = await client.send(
      {
        method: "POST",
        path: "/v1/things",
        body: { name: "a" },
        headers: { "x-a": "request" },
        response: anything,
      },
      makeContext(),
    );
    expect(answer).toMatchObject({ status: 201, data: { made: true } });
    expect(answer.headers.get("x-request-id")).toBe("r-1");
    expect(server.seen).toEqual([
      {
        method: "POST",
        target: "/prefix/v1/things",
        body: '{"name":"a"}',
        headers: expect.objectContaining({
          accept: "application/json",
          authorization: `Bearer ${TOKEN}`,
          "content-type": "application/json",
          "user-agent": "polyvol",
          "x-a": "request",
        }),
      },
    ]);
  });

  test("goes without credentials when it is told to", async () => {
    const server = await serve((_, response) => json(response, {}));
    await makeClient(server.url).send({ method: "GET", path: "/x", authorized: false }, makeContext());
    expect(server.seen[0]?.headers.authorization).toBeUndefined();
  });

  test("is authorised for each send, with the time by the client's clock and the URL that is sent", async () => {
    const server = await serve((_, response) => json(response, {}));
    const clock = createVirtualClock();
    const signed: OutgoingRequest[] = [];
    const client = makeClient(server.url, {
      clock,
      authorize: async (request) => {
        await Promise.resolve();
        signed.push({ ...request });
        request.headers["x-count"] = String(signed.length);
      },
    });
    const request = { method: "DELETE", path: "/x", query: { a: "b c" } } as const;
    await client.send(request, makeContext());
    await clock.advance(1_500);
    await client.send(request, makeContext());
    expect(signed.map(({ timestampMs }) => timestampMs - clock.now())).toEqual([-1_500, 0]);
    expect(signed[0]).toMatchObject({ method: "DELETE", url: `${server.url}/x?a=b+c`, body: undefined });
    expect(server.seen.map(({ headers }) => headers["x-count"])).toEqual(["1", "2"]);
  });

  test("is refused with a body that is no JSON, or that a GET cannot have", async () => {
    const server = await serve((_, response) => json(response, {}));
    const client = makeClient(server.url);
    const circle: Record<string, unknown> = {};
    circle["circle"] = circle;
    for (const request of [
      { method: "POST", path: "/x", body: circle },
      { method: "POST", path: "/x", body: 1n },
      { method: "GET", path: "/x", body: {} },
    ] as const) {
      const error = await failureOf(client.send(request, makeContext()));
      expect(error).toMatchObject({ code: "invalid_argument", outcome: "not_applied" });
    }
    expect(server.seen).toEqual([]);
  });
});

describe("credentials that cannot be had", () => {
  const source = (error: unknown) => () => Promise.reject(error);

  test("are an error of the caller, without what their source said", async () => {
    const server = await serve((_, response) => json(response, {}));
    const missing = Object.assign(new Error(`no file, but ${TOKEN}`), { code: "ENOENT" });
    const client = makeClient(server.url, { authorize: source(missing) });
    const error = await failureOf(client.send({ method: "POST", path: "/x", body: {} }, makeContext()));
    expect(error).toMatchObject({ code: "unauthenticated", outcome: "not_applied", retryable: false });
    expect(error.reason).toBe("the credentials could not be had (ENOENT)");
    expect(inspect(error, { depth: 9 })).not.toContain(TOKEN);
    expect(server.seen).toEqual([]);
  });

  test("do not count against the quota, and what the adapter itself throws stays", async () => {
    const server = await serve((_, response) => json(response, {}));
    const own = new PolyvolError("unauthenticated", "the token file is empty");
    const client = makeClient(server.url, {
      authorize: source(own),
      quotas: [{ requests: 1, windowMs: 60_000 }],
    });
    for (let each = 0; each < 3; each++) {
      await expect(client.send({ method: "GET", path: "/x" }, makeContext())).rejects.toBe(own);
    }
  });
});

describe("events", () => {
  test("tell of a request and its answer", async () => {
    const server = await serve((_, response) => json(response, {}, 200, { "x-request-id": "r-9" }));
    const context = makeContext();
    await makeClient(server.url).send({ method: "GET", path: "/v1/x", query: { page: 1 } }, context);
    expect(context.events).toEqual([
      { type: "request", method: "GET", target: "/v1/x?page=1", origin: server.url },
      {
        type: "response",
        method: "GET",
        target: "/v1/x?page=1",
        origin: server.url,
        status: 200,
        requestId: "r-9",
        durationMs: expect.any(Number),
      },
    ]);
  });

  test("tell of a request without an answer, and why", async () => {
    const server = await serve((_, response) => void response.destroy());
    const context = makeContext();
    await failureOf(makeClient(server.url).send({ method: "GET", path: "/x" }, context));
    expect(context.events[1]).toMatchObject({
      type: "response",
      failure: expect.stringMatching(/^the connection to 127\.0\.0\.1:\d+ was lost \(\w+\)$/),
    });
    expect(context.events[1]).not.toHaveProperty("status");
  });
});

describe("what a client knows", () => {
  test("is the server's time and the requests left, as last seen", async () => {
    const dates = ["Thu, 01 Jan 2026 00:00:05 GMT", "nonsense", "Thu, 01 Jan 2026 00:00:09 GMT"];
    let asked = 0;
    const server = await serve((_, response) => {
      const date = dates[asked] ?? "";
      asked += 1;
      json(response, {}, asked === 2 ? 500 : 200, {
        date,
        remaining: String(10 - asked),
        ...(asked === 3 ? { age: "7" } : {}),
      });
    });
    const client = makeClient(server.url, {
      readQuota: (headers) => ({ remaining: Number(headers.get("remaining")) }),
    });
    expect([client.serverTime, client.requestsLeft]).toEqual([undefined, undefined]);
    await client.send({ method: "GET", path: "/x" }, makeContext());
    expect([client.serverTime, client.requestsLeft]).toEqual([new Date(Date.UTC(2026, 0, 1, 0, 0, 5)), 9]);
    await failureOf(client.send({ method: "GET", path: "/x" }, makeContext()));
    expect([client.serverTime, client.requestsLeft]).toEqual([undefined, 8]);
    await client.send({ method: "GET", path: "/x" }, makeContext());
    // A cached answer has an old date.
    expect([client.serverTime, client.requestsLeft]).toEqual([undefined, 7]);
  });

  test("survives an adapter's reader of headers that stumbles", async () => {
    const server = await serve((_, response) => json(response, {}));
    const client = makeClient(server.url, {
      readQuota: () => {
        throw new TypeError("odd headers");
      },
    });
    await client.send({ method: "GET", path: "/x" }, makeContext());
  });

  test("is not shown", async () => {
    const server = await serve((_, response) => json(response, {}));
    const client = makeClient(server.url, { headers: { "x-api-key": TOKEN } });
    await client.send({ method: "GET", path: "/x" }, makeContext());
    const shown = [
      inspect(client, { depth: 9, showHidden: true, getters: true }),
      JSON.stringify(client),
      String(client),
      ...Reflect.ownKeys(client).map((key) => String(Reflect.get(client, key))),
    ].join("\n");
    expect(shown).not.toContain(TOKEN);
    expect(Object.keys(client)).toEqual(["send", "serverTime", "requestsLeft"]);
  });
});

test("a clock that simulates is held still while a request is under way", async () => {
  const server = await serve((_, response) => json(response, {}));
  const clock = createVirtualClock();
  let held = 0;
  const client = makeClient(server.url, {
    clock: {
      ...clock,
      during: (work) => {
        held += 1;
        return clock.during(work);
      },
    },
  });
  await client.send({ method: "GET", path: "/x" }, makeContext());
  expect(held).toBe(1);
  expect(clock.sleepers).toBe(0);
});
