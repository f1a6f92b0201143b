import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, inject, test } from "vitest";
import { failureOf } from "../../../../scripts/test/failure-of.ts";
import {
  describeTransports,
  GET,
  json,
  longAfterOtherServers,
  makeClient,
  makeContext,
  POST,
  serve,
  TOKEN,
} from "./kit.ts";

/** A parser like zod's: it throws an error with issues. */
const withId = {
  parse: (value: unknown) => {
    const { id } = value as { id?: unknown };
    if (typeof id === "string") return { id };
    const issues = [{ path: ["id"], expected: "string", message: "Invalid input" }];
    throw Object.assign(new Error(`[raw ${JSON.stringify(value)}]`), { issues });
  },
};

/** Far deeper than calls can be nested. */
const DEPTH = inject("isFull") ? 200_000 : 20_000;

describeTransports((name) => {
  test("headers are found by names in any capitals, and several of one name are one text", async () => {
    const server = await serve((_, response) => {
      response.setHeader("X-Quota", ["10;w=1", "600;w=60"]).setHeader("X-Empty", "");
      return json(response, {});
    });
    const { headers } = await makeClient(server.url).send(GET, makeContext());
    const names = ["x-quota", "X-QUOTA", "x-empty", "x-quot", "content-type"];
    expect(names.map((each) => headers.get(each))).toEqual([
      "10;w=1, 600;w=60",
      "10;w=1, 600;w=60",
      "",
      null,
      "application/json",
    ]);
    expect(names.map((each) => headers.has(each))).toEqual([true, true, true, false, true]);
  });

  /** Promise 18. */
  describe("an answer that cannot be used", () => {
    test.each<[string, number, string | Uint8Array, Record<string, string>, RegExp]>([
      [
        "truncated JSON",
        200,
        '{"id":"1","name":"db',
        {},
        /is not JSON; the body begins \{"id":"…","name":"…"$/,
      ],
      [
        "HTML",
        200,
        "<html><title>Log in</title>",
        { "content-type": "text/html" },
        /text\/html\) is not JSON; the body begins <html>/,
      ],
      [
        "the wrong type",
        200,
        "[]",
        {},
        /is not as documented: id: expected string, found nothing; the body begins \[\]/,
      ],
      ["a missing id", 200, '{"name":"x"}', {}, /id: expected string.*; the body begins \{"name":"…"\}/],
      ["an odd id", 200, '{"id":[1]}', {}, /id: expected string, found array; the body begins/],
      ["nothing", 200, "", {}, /is empty$/],
      ["204 where a body is due", 204, "", {}, /status 204\) is empty$/],
      ["a bare word", 200, "ok", {}, /is not JSON; the body begins ok$/],
      [
        "a coding that nobody asked for",
        200,
        "(/",
        { "content-encoding": "lzma" },
        /content-encoding lzma\) is not/,
      ],
      ["null", 200, "null", {}, /is not as documented; the body begins null$/],
      ["no text", 200, new Uint8Array([0xff, 0xfe, 0x00]), {}, /is not JSON/],
      [
        "another encoding",
        200,
        Buffer.from('{"id":"M\u00fcller"}', "latin1"),
        {},
        /is not JSON in UTF-8; the body/,
      ],
      [
        "half of a character",
        200,
        Buffer.from([...Buffer.from('{"id":"\u{1f4be}"}')].toSpliced(9, 1)),
        {},
        /is not JSON in UTF-8/,
      ],
    ])("%s", async (_, status, body, headers, words) => {
      const server = await serve(
        (_, response) => void response.writeHead(status, { "x-request-id": "req-3", ...headers }).end(body),
      );
      const client = makeClient(server.url);
      const change = await failureOf(client.send({ ...POST, response: withId }, makeContext()));
      expect(change).toMatchObject({
        code: "malformed_response",
        status,
        requestId: "req-3",
        outcome: "unknown",
        retryable: true,
      });
      expect(change.reason).toMatch(words);
      expect(change.reason).toContain("the answer to POST /v1/things (status 20");
      expect(change.cause).toBeUndefined();
      const read = await failureOf(client.send({ ...GET, response: withId }, makeContext()));
      expect(read).toMatchObject({ code: "malformed_response", outcome: undefined });
    });

    test("is shown without secrets: those that were sent, and what looks like any", async () => {
      const bodies = [
        `<html>Bearer ${TOKEN} <b>${Buffer.from(TOKEN).toString("base64")}</b>`,
        `{"echo":"${TOKEN}","secret_key":"hunter22","list":["hunter22"],"cut":"hunter22`,
        "token=hunter22&x=1",
        "api_key: hunter22",
        "<p>Authorization: Basic aHVudGVyMjI=</p>",
        "dop_v1_0000000000000000000000000000000000000000000000000000000000hunter22",
        `${" ".repeat(4_096 - 10)}${TOKEN}`,
        `${"x ".repeat(2_043)}${TOKEN}`,
      ];
      for (const body of bodies) {
        const server = await serve((_, response) => void response.end(body));
        const error = await failureOf(makeClient(server.url).send(GET, makeContext()));
        expect(error.code).toBe("malformed_response");
        expect(error.reason).not.toMatch(/hunter22|aHVudGVyMjI|planted/);
        expect(error.reason).not.toContain(Buffer.from(TOKEN).toString("base64").slice(0, 12));
        expect(error.reason.length).toBeLessThan(600);
      }
    });

    test("shows no control characters", async () => {
      const server = await serve((_, response) => void response.end("a\u001b[31mb\r\nc\u0000d\u202ee"));
      const error = await failureOf(makeClient(server.url).send(GET, makeContext()));
      expect(error.reason).toMatch(/the body begins a \[31mb c d e$/);
    });
  });

  describe("an answer that can be used", () => {
    const text = JSON.stringify({ words: "안녕하세요 – ✓".repeat(500) });

    test.each([
      ["plain", undefined, Buffer.from(text)],
      ["gzip", "gzip", gzipSync(text)],
      ["deflate", "deflate", deflateSync(text)],
      ["deflate without its head", "deflate", deflateRawSync(text)],
      // The platform's fetch does not understand it.
      ["gzip and nothing", name === "fetch" ? "gzip" : "gzip, identity", gzipSync(text)],
      ["nothing, said in a word", "identity", Buffer.from(text)],
      ["br", "br", brotliCompressSync(text)],
    ])("%s, with and without a length, with and without a byte order mark", async (_, encoding, body) => {
      const headers = encoding === undefined ? {} : { "content-encoding": encoding };
      for (const length of [{}, { "content-length": String(body.length) }]) {
        const server = await serve(async (_, response) => {
          response.writeHead(200, { ...headers, ...length });
          // In pieces that cut characters.
          for (let at = 0; at < body.length; at += 1_001) {
            response.write(body.subarray(at, at + 1_001));
            await new Promise((resolve) => setImmediate(resolve));
          }
          response.end();
        });
        const { data } = await makeClient(server.url).send(GET, makeContext());
        expect(data).toEqual(JSON.parse(text));
      }
      const marked = await serve((_, response) => void response.end(`\ufeff${text}`));
      expect((await makeClient(marked.url).send(GET, makeContext())).data).toEqual(JSON.parse(text));
    });

    test("may be of exactly the largest size, and not of one byte more", async () => {
      const exact = JSON.stringify("x".repeat(998));
      for (const length of [true, false]) {
        const answer = (body: string) =>
          serve((_, response) => {
            if (length) response.writeHead(200, { "content-length": body.length });
            response.write(body.slice(0, 500));
            response.end(body.slice(500));
          });
        const fits = makeClient((await answer(exact)).url, { maxResponseBytes: 1_000 });
        expect((await fits.send(GET, makeContext())).data).toBe("x".repeat(998));
        const large = makeClient((await answer(`${exact} `)).url, { maxResponseBytes: 1_000 });
        const error = await failureOf(large.send(POST, makeContext()));
        expect(error).toMatchObject({ code: "malformed_response", outcome: "unknown", status: 200 });
        expect(error.reason).toContain("is larger than 1000 bytes");
      }
    });

    test("whose body nobody asked for is not looked at", async () => {
      const server = await serve((_, response) => void response.end("<not json>"));
      const answer = await makeClient(server.url).send({ method: "DELETE", path: "/x" }, makeContext());
      expect(answer).toMatchObject({ status: 200, data: undefined });
    });

    test("leaves its connection for the next one", async () => {
      longAfterOtherServers();
      const server = await serve(({ target }, response) => json(response, {}, target === "/bad" ? 404 : 200));
      const client = makeClient(server.url);
      for (let each = 0; each < 5; each++) {
        await client.send(GET, makeContext());
        await failureOf(client.send({ ...GET, path: "/bad" }, makeContext()));
        await client.send(POST, makeContext());
      }
      // The platform may open a second one while it puts the first one back.
      expect(server.opened).toBeLessThanOrEqual(2);
    });
  });

  /** Promise 15. */
  describe("hostile JSON", () => {
    test.each([
      '{"__proto__":{"polluted":true},"a":1}',
      '{"\\u005f_proto__":{"polluted":true},"a":1}',
      '{"\\u005F\\u005Fproto\\u005f\\u005f":{"polluted":true},"a":1}',
      '{"x":[{"__proto__":{"polluted":true}}],"a":1}',
      '{"constructor":{"prototype":{"polluted":true}},"a":1}',
      '{"a":2,"__proto__":null,"a":1}',
    ])("%s pollutes nothing, not even a careless copy", async (body) => {
      const server = await serve((_, response) => void response.end(body));
      const { data } = await makeClient(server.url).send(GET, makeContext());
      const copy = Object.assign({}, data) as Record<string, unknown>;
      expect(copy["a"]).toBe(1);
      expect(copy["polluted"]).toBeUndefined();
      const [inner = {}] = (copy["x"] ?? []) as object[];
      expect(Reflect.get(Object.assign({}, inner), "polluted")).toBeUndefined();
      expect(Reflect.get({}, "polluted")).toBeUndefined();
      expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
    });

    test("a failure's body is as harmless", async () => {
      const server = await serve(
        (_, response) => void response.writeHead(400).end('{"__proto__":{"polluted":true}}'),
      );
      const seen: unknown[] = [];
      const client = makeClient(server.url, {
        refineFailure: ({ json: body }) => {
          seen.push(body);
          return {};
        },
      });
      await failureOf(client.send(GET, makeContext()));
      expect(seen).toEqual([{}]);
    });

    test.each([
      ["arrays", "[", "]"],
      ["objects", '{"a":', "}"],
      ["objects named __proto__", '{"__proto__":', "}"],
      ["arrays that never end", "[", ""],
    ])(`${DEPTH} nested %s crash nothing`, async (_, open, close) => {
      const body = `${open.repeat(DEPTH)}1${close.repeat(DEPTH)}`;
      const server = await serve((_, response) => void response.end(body));
      const sent = makeClient(server.url).send({ ...GET, response: withId }, makeContext());
      expect(await failureOf(sent)).toMatchObject({ code: "malformed_response" });
    });
  });
});
