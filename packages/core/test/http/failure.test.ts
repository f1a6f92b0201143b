import type { FailureRefinement } from "@polyvol/core/http";
import { describe, expect, test } from "vitest";
import { failureOf } from "../../../../scripts/test/failure-of.ts";
import {
  anything,
  describeTransports,
  GET,
  json,
  makeClient,
  makeContext,
  POST,
  serve,
  serveRaw,
  TOKEN,
} from "./kit.ts";

describeTransports(() => {
  describe("statuses", () => {
    test.each([
      [400, "invalid_argument", "not_applied", false],
      [401, "unauthenticated", "not_applied", false],
      [403, "permission_denied", "not_applied", false],
      [404, "unavailable", "unknown", true],
      [406, "unsupported", "not_applied", false],
      [408, "unavailable", "unknown", true],
      [409, "unavailable", "unknown", true],
      [410, "unavailable", "unknown", true],
      [412, "failed_precondition", "not_applied", false],
      [417, "unknown", "unknown", false],
      [421, "unavailable", "not_applied", true],
      [422, "invalid_argument", "not_applied", false],
      [425, "unavailable", "not_applied", true],
      [429, "rate_limited", "not_applied", true],
      [500, "unavailable", "unknown", true],
      [501, "unsupported", "not_applied", false],
      [502, "unavailable", "unknown", true],
      [503, "unavailable", "unknown", true],
      [504, "unavailable", "unknown", true],
      [599, "unavailable", "unknown", true],
    ])("%i is %s, %s", async (status, code, outcome, retryable) => {
      const server = await serve((_, response) => json(response, {}, status, { "x-request-id": "req-7" }));
      const client = makeClient(server.url);
      const change = await failureOf(client.send(POST, makeContext()));
      expect(change).toMatchObject({
        code,
        outcome,
        retryable,
        status,
        requestId: "req-7",
        provider: "testcloud",
        operation: "volumes.test",
      });
      expect(change.cause).toBeUndefined();
      const read = await failureOf(makeClient(server.url).send(GET, makeContext()));
      expect(read).toMatchObject({ code, retryable, outcome: undefined });
    });
  });

  test.each<[string, Record<string, string>]>([
    ["of a length of 0", { "content-length": "0" }],
    ["in chunks", { "transfer-encoding": "chunked" }],
  ])("a refusal whose body is empty, %s, is one", async (_, headers) => {
    const server = await serve((_, response) => void response.writeHead(500, headers).end());
    const deletion = { method: "DELETE", path: "/v1/things/1", response: anything } as const;
    const error = await failureOf(makeClient(server.url).send(deletion, makeContext()));
    expect(error).toMatchObject({ code: "unavailable", status: 500, outcome: "unknown" });
  });

  test.each([400, 401, 403, 405, 406, 412, 413, 415, 422, 501])(
    "%i as a web page is not the service's word, which may have done what was asked: it says who answers",
    async (status) => {
      const server = await serve((_, response) => {
        response.writeHead(status, { "content-type": "text/html", server: "squid/5.7" });
        response.end("<html><title> Sign in </title><h1>Blocked</h1>");
      });
      const error = await failureOf(makeClient(server.url).send(POST, makeContext()));
      expect(error).toMatchObject({ code: "unavailable", outcome: "unknown", retryable: true, status });
      expect(error.reason).toBe(
        `refused with status ${status}; a web page with the title "Sign in" came (content-type text/html, server squid/5.7), so it may be a proxy, a firewall or a sign-in on the way that answers`,
      );
    },
  );

  test.each([
    [421, { code: "unavailable", outcome: "not_applied", retryable: true }],
    [429, { code: "rate_limited", outcome: "unknown", retryable: true, retryAfterMs: 9_000 }],
  ])("%i as a web page is of what stands on the way", async (status, expected) => {
    const server = await serve((_, response) => {
      response.writeHead(status, { "content-type": "text/html", "retry-after": "9" });
      response.end("<html><title>Slow down</title>");
    });
    const error = await failureOf(makeClient(server.url).send(POST, makeContext()));
    expect(error).toMatchObject({ ...expected, status });
  });

  test("a web page of a megabyte that opens titles and ends none is read once", async () => {
    const server = await serve((_, response) => {
      response.writeHead(403, { "content-type": "text/html" });
      response.end("<title".repeat(175_000));
    });
    const { reason } = await failureOf(makeClient(server.url).send(POST, makeContext()));
    expect(reason).toMatch(/^refused with status 403; a web page came/);
  });

  test("413 of a small request is a quota, whatever it says; of a large one, or of a read, it is the request", async () => {
    const server = await serve((_, response) => json(response, {}, 413));
    const failed = (request: Parameters<ReturnType<typeof makeClient>["send"]>[0]): Promise<unknown> =>
      failureOf(makeClient(server.url).send(request, makeContext()));
    const refused = { outcome: "not_applied", retryable: false, status: 413 };
    expect(await failed(POST)).toMatchObject({ code: "resource_exhausted", ...refused });
    const large = { ...POST, body: { text: "x".repeat(20_000) } };
    expect(await failed(large)).toMatchObject({ code: "invalid_argument", ...refused });
    expect(await failed(GET)).toMatchObject({ code: "invalid_argument", retryable: false });
  });

  test.each([
    ["text/html; charset=utf-8", "<h1>Sign in</h1>"],
    ["application/xhtml+xml", "<html/>"],
    ["application/octet-stream", "\n<!DOCTYPE html><title>Sign in</title>"],
  ])("a page of type %s is no answer to a deletion", async (type, body) => {
    const server = await serve((_, response) => {
      response.writeHead(200, { "content-type": type }).end(body);
    });
    const error = await failureOf(
      makeClient(server.url).send({ method: "DELETE", path: "/x" }, makeContext()),
    );
    expect(error).toMatchObject({ code: "malformed_response", outcome: "unknown" });
  });

  test.each([200, 202, 204])("an empty %i is one, whatever type it is said to have", async (status) => {
    const server = await serve((_, response) => {
      response.writeHead(status, { "content-type": "text/html" }).end();
    });
    const answer = await makeClient(server.url).send({ method: "DELETE", path: "/x" }, makeContext());
    expect(answer.status).toBe(status);
  });

  test.each([
    [200, '{"ok":true}'],
    [200, ""],
    [202, '{"id":"1"}'],
    [202, ""],
  ])("%i with the body %j is none where only 204 says that it is done", async (status, body) => {
    const server = await serve((_, response) => void response.writeHead(status).end(body));
    const request = { method: "DELETE", path: "/x", status: 204 } as const;
    const error = await failureOf(makeClient(server.url).send(request, makeContext()));
    expect(error).toMatchObject({ code: "malformed_response", outcome: "unknown", status });
    expect(error.reason).toContain("204");
  });

  test.each([404, 409, 410])("%i means what an adapter reads in the service's own words", async (status) => {
    const refineFailure = (): FailureRefinement => ({ code: "not_found" });
    const server = await serve((_, response) => json(response, {}, status));
    const error = await failureOf(makeClient(server.url, { refineFailure }).send(POST, makeContext()));
    expect(error).toMatchObject({ code: "not_found", outcome: "not_applied", retryable: false, status });
    const stranger = await failureOf(makeClient(server.url).send(POST, makeContext()));
    expect(stranger.reason).toContain("is baseUrl right?");
  });

  test("a switch of protocols is no answer, and is not waited for", async () => {
    const head = "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n";
    const url = await serveRaw((socket) => void socket.write(head));
    const error = await failureOf(makeClient(url).send(POST, makeContext()));
    expect(error).toMatchObject({ outcome: "unknown", retryable: true });
    expect(error.code).not.toBe("timeout");
  });

  test("a web page instead of an empty answer proves nothing: a deletion behind it may not be done", async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end("<h1>Sign in</h1>");
    });
    const error = await failureOf(
      makeClient(server.url).send({ method: "DELETE", path: "/v1/things/1" }, makeContext()),
    );
    expect(error).toMatchObject({
      code: "malformed_response",
      outcome: "unknown",
      retryable: true,
      status: 200,
    });
    expect(error.message).toContain("is a web page; the body begins");
  });

  test("JSON that is called a web page is none", async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(' {"metadata": {}}');
    });
    const change = { method: "PUT", path: "/v1/things/1" } as const;
    expect(await makeClient(server.url).send(change, makeContext())).toMatchObject({ status: 200 });
  });

  describe("an adapter's refinement", () => {
    test("sees the answer, and what it says goes before what the status says", async () => {
      const seen: unknown[] = [];
      const refinement: FailureRefinement = {
        code: "resource_exhausted",
        reason: "the quota is full",
        providerCode: "quota_full",
        requestId: "from-body",
        retryable: true,
        retryAfterMs: 5,
        outcome: "unknown",
        mayAlreadyExist: true,
      };
      const server = await serve((_, response) =>
        json(response, { id: "quota_full" }, 403, { "retry-after": "9", "x-request-id": "from-header" }),
      );
      const client = makeClient(server.url, {
        refineFailure: ({ headers, ...response }) => {
          seen.push({ ...response, after: headers.get("retry-after") });
          return refinement;
        },
      });
      const error = await failureOf(client.send({ ...POST, query: { a: 1 } }, makeContext()));
      expect(error).toMatchObject({ ...refinement, status: 403 });
      expect(seen).toEqual([
        {
          status: 403,
          method: "POST",
          target: "/v1/things?a=1",
          json: { id: "quota_full" },
          text: '{"id":"quota_full"}',
          after: "9",
        },
      ]);
    });

    test("may be empty, may find no JSON, may stumble", async () => {
      const texts: unknown[] = [];
      const server = await serve((_, response) => void response.writeHead(503).end("<h1>Down</h1>"));
      const stumbling = makeClient(server.url, {
        refineFailure: ({ json: body, text }) => {
          texts.push(body, text);
          return { reason: (body as { message: string }).message };
        },
      });
      expect(await failureOf(stumbling.send(GET, makeContext()))).toMatchObject({ code: "unavailable" });
      expect(texts).toEqual([undefined, "<h1>Down</h1>"]);
    });

    test("keeps what it repeats free of the credentials that were sent", async () => {
      const server = await serve(({ headers }, response) =>
        json(response, { message: headers.authorization }, 400),
      );
      const client = makeClient(server.url, {
        refineFailure: ({ text }) => ({ reason: text, providerCode: text, requestId: text }),
      });
      const error = await failureOf(client.send(POST, makeContext()));
      expect(JSON.stringify(error) + error.stack).not.toContain(TOKEN);
      expect(error.reason).toBe('{"message":"[hidden]"}');
    });

    test("can say that a 429 is about one resource: then nobody else waits", async () => {
      let asked = 0;
      const server = await serve((_, response) => {
        asked += 1;
        json(response, {}, asked === 1 ? 429 : 200, { "retry-after": "600" });
      });
      const client = makeClient(server.url, {
        refineFailure: () => ({ code: "rate_limited", retryable: false, mayAlreadyExist: true }),
      });
      expect(await failureOf(client.send(POST, makeContext()))).toMatchObject({ retryAfterMs: 600_000 });
      await client.send(GET, makeContext());
    });
  });
});
