import { describe, expect, test } from "vitest";
import { failureOf } from "../../../../scripts/test/failure-of.ts";
import { anything, describeTransports, json, makeClient, makeContext, serve, TOKEN } from "./kit.ts";

/** Promise 12: where hostile answers point to, and how the error names it. `ELSEWHERE` is a server that listens. */
const HOSTILE: readonly (readonly [string, string])[] = [
  ["ELSEWHERE/v1/things", "ELSEWHERE"],
  ["ELSEWHERE", "ELSEWHERE"],
  ["ELSEWHERE/?to=/v1/things", "ELSEWHERE"],
  ["http://user:pass@AUTHORITY/v1", "ELSEWHERE"],
  ["http://SELF@AUTHORITY/v1", "ELSEWHERE"],
  ["//AUTHORITY/v1", "ELSEWHERE"],
  ["/\\AUTHORITY/v1", "ELSEWHERE"],
  ["\\\\AUTHORITY\\v1", "ELSEWHERE"],
  ["http:\\\\AUTHORITY", "ELSEWHERE"],
  ["http:////AUTHORITY", "ELSEWHERE"],
  ["HTTP://AUTHORITY/", "ELSEWHERE"],
  ["  ELSEWHERE/v1", "ELSEWHERE"],
  ["http://evil.example/v1", "http://evil.example"],
  ["https://evil.example/v1", "https://evil.example"],
  ["https://evil.example:8443/v1", "https://evil.example:8443"],
  ["https://127.0.0.1.evil.example/", "https://127.0.0.1.evil.example"],
  ["https://api.example.com.evil.example/", "https://api.example.com.evil.example"],
  ["http://[::1]:9/", "http://[::1]:9"],
  ["http://[::ffff:127.0.0.1]:9/", "http://[::ffff:7f00:1]:9"],
  ["http://2130706433:9/", "http://127.0.0.1:9"],
  ["http://0x7f.1:9/", "http://127.0.0.1:9"],
  ["http://evil.example%2f@other.example/", "http://other.example"],
  ["http://evil\u002eexample#@other.example", "http://evil.example"],
  ["ftp://evil.example/", "ftp://evil.example"],
  ["javascript:alert(1)", "a javascript: address"],
  ["data:application/json,{}", "a data: address"],
  ["file:///etc/passwd", "a file: address"],
  ["http://", "an address that cannot be read"],
  ["http://[evil", "an address that cannot be read"],
  ["/v1/elsewhere", "OWN"],
];

describeTransports(() => {
  describe("a redirect", () => {
    test("30 hostile ones: nothing is sent after them, and the error names where they point", async () => {
      expect(HOSTILE).toHaveLength(30);
      const elsewhere = await serve((_, response) => json(response, {}));
      const authority = elsewhere.url.slice("http://".length);
      let location = "";
      const statuses = [301, 302, 303, 307, 308];
      let asked = 0;
      const server = await serve((_, response) => {
        asked += 1;
        response.writeHead(statuses[asked % statuses.length] ?? 302, { location });
        response.end("moved");
      });
      const client = makeClient(server.url);
      for (const [to, name] of HOSTILE) {
        location = to
          .replace("ELSEWHERE", elsewhere.url)
          .replace("AUTHORITY", authority)
          .replace("SELF", server.url.slice("http://".length).replace(":", "%3A"));
        for (const method of ["GET", "POST"] as const) {
          const error = await failureOf(
            client.send({ method, path: "/v1/things", response: anything }, makeContext()),
          );
          const origin = name.replace("ELSEWHERE", elsewhere.url).replace("OWN", server.url);
          expect(error).toMatchObject({ code: "malformed_response", retryable: false });
          expect(error.reason).toContain(`a redirect to ${origin} (status 3`);
          expect(JSON.stringify(error)).not.toContain("pass@");
        }
      }
      expect(elsewhere.seen).toEqual([]);
      expect(server.seen).toHaveLength(60);
      for (const { target } of server.seen) expect(target).toBe("/v1/things");
    });

    test.each([
      [301, "unknown"],
      [302, "unknown"],
      [303, "unknown"],
      [304, "unknown"],
      [307, "not_applied"],
      [308, "not_applied"],
    ])("status %i after a change: %s", async (status, outcome) => {
      const server = await serve((_, response) => void response.writeHead(status).end());
      const error = await failureOf(
        makeClient(server.url).send({ method: "DELETE", path: "/x" }, makeContext()),
      );
      expect(error).toMatchObject({ code: "malformed_response", status, outcome });
      expect(error.reason).toBe(`status ${status} came, which answers nothing and names no address`);
    });

    test("that names the credentials in its target does not get them into the error", async () => {
      const server = await serve(
        (_, response) =>
          void response
            .writeHead(302, { location: `https://${TOKEN.toLowerCase()}.evil.example/${TOKEN}` })
            .end(),
      );
      const client = makeClient(server.url, {
        authorize: ({ headers }) => {
          headers["x-key"] = TOKEN.toLowerCase();
        },
      });
      const error = await failureOf(client.send({ method: "GET", path: "/x" }, makeContext()));
      expect(error.reason).toContain("a redirect to https://[hidden].evil.example");
    });

    test("that a fetch has followed although it was told not to is no answer", async () => {
      const elsewhere = await serve((_, response) => json(response, { from: "elsewhere" }));
      const server = await serve(
        (_, response) => void response.writeHead(302, { location: elsewhere.url }).end(),
      );
      const client = makeClient(server.url, {
        fetch: (input, init) => fetch(input, { ...init, redirect: "follow" }),
      });
      const error = await failureOf(
        client.send({ method: "GET", path: "/x", response: anything }, makeContext()),
      );
      expect(error).toMatchObject({ code: "malformed_response" });
    });

    test("does not hold its connection, however long its body is", async () => {
      const server = await serve((_, response) => {
        response.writeHead(302, { location: "https://evil.example" });
        const more = (): void => {
          while (!response.destroyed && response.write("x".repeat(65_536)));
          if (!response.destroyed) response.once("drain", more);
        };
        more();
      });
      await failureOf(makeClient(server.url).send({ method: "GET", path: "/x" }, makeContext()));
      await expect.poll(() => server.connections()).toBe(0);
    });
  });
});
