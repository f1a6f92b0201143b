import type { ServerResponse } from "node:http";
import { inspect } from "node:util";
import { createVirtualClock, type DriverEvent, type VirtualClock } from "@polyvol/core/driver";
import type { HttpClient } from "@polyvol/core/http";
import { describe, expect, test } from "vitest";
import { growsWithItsInput } from "../../../../scripts/test/growth.ts";
import { isPolyvolError } from "../../src/errors.ts";
import { excerpt, hideSecrets, plainRequestId, secretsIn } from "../../src/http/redact.ts";
import { describeTransports, makeClient, makeContext, serve, settle } from "./kit.ts";

const SECRETS = [
  "hunter-twenty-two",
  "AKPLANTED0000001",
  "p/l+a=n?t&e d!",
  "dop_v1_feedfacefeedfacefeedface",
  "s3cr3t",
] as const;
const HEADERS: Readonly<Record<string, string>> = {
  authorization: `Bearer ${SECRETS[0]}`,
  "x-access-key": SECRETS[1],
  "x-signature": SECRETS[2],
  "x-auth-token": SECRETS[3],
  cookie: `id=${SECRETS[4]}; ${SECRETS[4]}`,
};

/** Everything that must not be found: the secrets, and their usual spellings. */
const FORBIDDEN = SECRETS.flatMap((secret) => [
  secret,
  Buffer.from(secret).toString("base64").replace(/=+$/, ""),
  encodeURIComponent(secret),
]);
const ALL = FORBIDDEN.join(" ");
const HOST = "hunter-twenty-two.evil.example";

/** Servers that give back all they know, in every place there is. */
const ECHOES: Readonly<Record<string, (response: ServerResponse, clock: VirtualClock) => void>> = {
  "a failure in JSON": (response) => response.writeHead(422).end(JSON.stringify({ message: ALL, [ALL]: 1 })),
  "a failure in HTML": (response) => response.writeHead(503).end(`<p>${ALL}</p>`),
  "a refusal": (response) => response.writeHead(401, { "x-request-id": SECRETS[1] }).end(ALL),
  "too many requests": (response) => response.writeHead(429, { "retry-after": ALL }).end(ALL),
  "JSON of another form": (response) => response.end(JSON.stringify({ id: 5, said: ALL, [ALL]: [ALL] })),
  "half of JSON": (response) => response.end(`{"id": "1", "said": "${ALL}", "${ALL}`),
  HTML: (response) =>
    response.writeHead(200, { "content-type": `text/html; ${SECRETS[0]}` }).end(`<b>${ALL}</b>`),
  "plain text": (response) => response.writeHead(200, { server: SECRETS[3], via: SECRETS[1] }).end(ALL),
  "a redirect": (response) => response.writeHead(302, { location: `https://${HOST}/${SECRETS[0]}` }).end(ALL),
  "an odd redirect": (response) =>
    response.writeHead(307, { location: `${SECRETS[1]}:${SECRETS[0]}` }).end(ALL),
  "a request id": (response) => response.writeHead(500, { "x-request-id": SECRETS[0] }).end(),
  "no answer": (response) => void response.destroy(),
  "half an answer": (response) => {
    response.writeHead(200, { "content-length": "1000" });
    response.write(ALL, () => void settle(10).then(() => response.destroy()));
  },
  silence: (_response, clock) => void clock.advance(60_000),
};

describeTransports(() => {
  /** Promise 14, as far as the client goes. */
  describe("what comes out of a client holds no secret that went in", () => {
    const parse = (value: unknown): unknown => {
      if (typeof (value as { id: unknown }).id === "string") return value;
      throw Object.assign(new Error(JSON.stringify(value)), { issues: [{ path: [ALL], message: ALL }] });
    };

    test.each(Object.keys(ECHOES))("%s", async (name) => {
      const clock = createVirtualClock();
      const server = await serve((_, response) => ECHOES[name]?.(response, clock));
      const make = (): HttpClient =>
        makeClient(server.url, {
          clock,
          attemptTimeoutMs: 60_000,
          authorize: ({ headers }) => void Object.assign(headers, HEADERS),
          refineFailure: ({ text }) => ({ reason: `it says ${text}`, providerCode: text }),
        });
      expectClean(await linesOf(make));
    });

    test("errors of a fetch that hang the whole request on them", async () => {
      const make = (): HttpClient =>
        makeClient("https://api.example.com", {
          authorize: ({ headers }) => void Object.assign(headers, HEADERS),
          fetch: (input, init) => {
            const cause = Object.assign(new Error(`no ${ALL}`), {
              code: "ECONNRESET",
              request: init,
              headers: init?.headers,
            });
            return Promise.reject(Object.assign(new TypeError("fetch failed", { cause }), { input, init }));
          },
        });
      expectClean(await linesOf(make));
    });

    /** A client for each method, so that none waits for what the one before was told. */
    async function linesOf(make: () => HttpClient): Promise<string[]> {
      const lines: string[] = [];
      const emit = (event: DriverEvent): void =>
        void lines.push(inspect(event, { depth: 9 }), JSON.stringify(event));
      for (const method of ["GET", "POST"] as const) {
        const client = make();
        try {
          await client.send({ method, path: "/x", response: { parse } }, makeContext({ emit }));
          throw new Error("it did not fail");
        } catch (error) {
          expect(isPolyvolError(error)).toBe(true);
          const { message, stack, cause } = error as Error;
          lines.push(message, stack ?? "", String(error), JSON.stringify(error), JSON.stringify(cause) ?? "");
          lines.push(inspect(error, { depth: 9, showHidden: true }), String(cause));
        }
        lines.push(inspect(client, { depth: 9, showHidden: true, getters: true }), JSON.stringify(client));
      }
      return lines;
    }

    function expectClean(lines: readonly string[]): void {
      const hits = lines.flatMap((line) => FORBIDDEN.filter((each) => line.includes(each)));
      expect(hits).toEqual([]);
    }
  });
});

describe("hiding", () => {
  test("headers are secret unless they are known to be none", () => {
    const secrets = secretsIn({
      accept: "application/json",
      "x-new-header": "whatever",
      "X-Request-Id": "r-123456",
    });
    expect(secrets).toContain("whatever");
    expect(secrets.join()).not.toMatch(/application|r-123456/);
  });

  test("a longer secret goes before a shorter one that it holds", () => {
    const secrets = secretsIn({ a: "secret", b: "secret-and-more" });
    expect(hideSecrets("x secret-and-more y secret z", secrets)).toBe("x [hidden] y [hidden] z");
  });

  test("what is too short to be a secret is not searched for", () => {
    expect(hideSecrets("Openapi 1", secretsIn({ a: "1", b: "Open" }))).toBe("Openapi 1");
  });

  test("the version of an API is no secret, by whichever header it goes", () => {
    const secrets = secretsIn({
      "OpenStack-API-Version": "volume 3.70",
      "Scp-Api-Version": "virtualserver 1.3",
    });
    expect(hideSecrets("no volume of virtualserver", secrets)).toBe("no volume of virtualserver");
  });

  test("an excerpt is short", () => {
    expect(excerpt("word ".repeat(10_000), []).length).toBeLessThan(250);
    expect(excerpt("", [])).toBe("");
  });

  test.each(['"\\', "{", '{"a', "secret ", "="])("an excerpt of much %s costs no time", (text) => {
    const work = (size: number): unknown => excerpt(text.repeat(size), ["secret-one", "secret-two"]);
    expect(growsWithItsInput(work, 20_000)).toBe(true);
  });

  test("a request id is shown when it is plain and no secret", () => {
    const id = (value: string): string | undefined =>
      plainRequestId(new Headers({ "x-request-id": value }), "x-request-id", {
        authorization: "Bearer abcdefghij",
      });
    expect(id("req-1b2c3d4e-0000")).toBe("req-1b2c3d4e-0000");
    expect(id("a b")).toBeUndefined();
    expect(id("<script>")).toBeUndefined();
    expect(id("x".repeat(129))).toBeUndefined();
    expect(id("abcdefghij")).toBeUndefined();
    expect(id("cdefgh")).toBeUndefined();
  });
});
