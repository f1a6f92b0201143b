import { pathSegment } from "@polyvol/core/http";
import fc from "fast-check";
import { describe, expect, inject, test } from "vitest";
import { anyText } from "../../../../scripts/test/any-text.ts";
import { failureOf } from "../../../../scripts/test/failure-of.ts";
import { buildUrl, parseBaseUrl } from "../../src/http/url.ts";
import { anything, json, makeClient, makeContext, serve } from "./kit.ts";

const BASE = "https://api.example.com";

describe("the base URL", () => {
  test.each([
    ["https://api.example.com", "https://api.example.com"],
    ["https://api.example.com/", "https://api.example.com"],
    ["HTTPS://API.example.com/v2/", "https://api.example.com/v2"],
    ["https://api.example.com:443", "https://api.example.com"],
    ["https://api.example.com:8443/a/b", "https://api.example.com:8443/a/b"],
    ["http://127.0.0.1:4111", "http://127.0.0.1:4111"],
    ["http://127.9.8.7", "http://127.9.8.7"],
    ["http://[::1]:80/x", "http://[::1]/x"],
    ["http://localhost:9", "http://localhost:9"],
  ])("%s is taken", (text, canonical) => {
    expect(parseBaseUrl(text)).toBe(canonical);
  });

  test.each([
    "",
    "api.example.com",
    "//api.example.com",
    "ftp://api.example.com",
    "javascript:alert(1)",
    "file:///etc/passwd",
    "https:api.example.com",
    "https:/api.example.com",
    "https:\\\\api.example.com",
    "https://user:hunter22@api.example.com",
    "https://hunter22@api.example.com",
    "https://api.example.com@evil.example",
    "https://api.example.com?key=hunter22",
    "https://api.example.com#hunter22",
    "https://api.example.com\\@evil.example",
    "https://api.example.com/a/../b",
    "https://api.example.com/%2e%2e/b",
    "https://api.exa mple.com",
    " https://api.example.com",
    "https://api.example.com\n",
    "https://b\u00fccher.example",
    "https://api%2eexample.com",
    "https://api.example.com:99999",
    "http://api.example.com",
    "http://10.0.0.1",
    "http://0.0.0.0",
    "http://192.168.1.1",
    "http://127.1",
    "http://2130706433",
    "http://0x7f000001",
    "http://127.0.0.1.nip.io",
    "http://127.0.0.256",
    "http://localhost.example.com",
    "http://localhost.",
    "http://[::ffff:127.0.0.1]",
    "http://[::]",
    "http://[fe80::1]",
    "http://1.1.1.1#@127.0.0.1",
  ])("%j is refused, and its secrets are not repeated", (text) => {
    expect(() => parseBaseUrl(text)).toThrowError(
      expect.objectContaining({
        code: "invalid_argument",
        message: expect.not.stringContaining("hunter22"),
      }) as Error,
    );
  });
});

describe("paths", () => {
  test.each([
    "",
    "volumes",
    "//evil.example/x",
    "/\\evil.example",
    "\\\\evil.example",
    "@evil.example",
    ":80@evil.example/",
    ".evil.example",
    "https://evil.example/",
    "/v1/../admin",
    "/v1/..",
    "/./x",
    "/v1/%2e%2e/admin",
    "/v1/.%2E/admin",
    "/v1//admin",
    "/v1/a?b=c",
    "/v1/a#b",
    "/v1/a b",
    "/v1/a\tb",
    "/v1/a\nb",
    "/v1/\u00e4",
    '/v1/"',
    "/v1/^",
  ])("%j is refused", (path) => {
    expect(() => buildUrl(BASE, path, undefined)).toThrowError(
      expect.objectContaining({ code: "invalid_argument", outcome: "not_applied" }) as Error,
    );
  });

  test("whatever is taken is what a URL parser reads, too, under the base and nowhere else", () => {
    const part = fc.oneof(
      anyText(),
      fc.string(),
      fc.constantFrom(".", "..", "%2e", "/", "\\", "?", "#", "@"),
    );
    fc.assert(
      fc.property(fc.array(part), fc.constantFrom(BASE, `${BASE}/prefix`), (parts, base) => {
        const path = `/${parts.join("")}`;
        let url: string;
        try {
          url = buildUrl(base, path, { q: parts[0] });
        } catch {
          return;
        }
        expect(new URL(url).href).toBe(url);
        expect(url.startsWith(`${base}/`)).toBe(true);
        expect(new URL(url).origin).toBe(BASE);
      }),
      { numRuns: inject("isFull") ? 2_000 : 300 },
    );
  });

  test("a segment stands for itself, whatever its text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (id) => {
        fc.pre(id !== "." && id !== ".." && id.isWellFormed());
        const url = new URL(buildUrl(BASE, `/v1/things/${pathSegment(id)}`, undefined));
        const [, version, things, last, ...rest] = url.pathname.split("/");
        expect([version, things, rest]).toEqual(["v1", "things", []]);
        expect(decodeURIComponent(last ?? "")).toBe(id);
      }),
    );
  });

  test.each([
    ["", "invalid_argument"],
    ["\ud800", "invalid_argument"],
    [".", "not_found"],
    ["..", "not_found"],
  ])("%j is no segment: %s", (id, code) => {
    expect(() => pathSegment(id)).toThrowError(
      expect.objectContaining({ code, outcome: "not_applied" }) as Error,
    );
  });

  test("hostile ids reach no other path of a real server", async () => {
    const server = await serve((_, response) => json(response, {}));
    const client = makeClient(server.url);
    const ids = [
      "a/b",
      "../x",
      "..%2fx",
      "%2e%2e",
      "a?b=c",
      "a#b",
      "a\nb",
      "a\r\nHost: evil",
      "a\\b",
      "//x",
      "@x",
    ];
    for (const id of ids) {
      await client.send({ method: "GET", path: `/v1/things/${pathSegment(id)}` }, makeContext());
    }
    for (const [index, { target }] of server.seen.entries()) {
      expect(target).toMatch(/^\/v1\/things\/[^/?#\\]+$/);
      expect(decodeURIComponent(target.slice("/v1/things/".length))).toBe(ids[index]);
    }
    expect(server.seen).toHaveLength(ids.length);
  });
});

describe("queries", () => {
  test("are written once, the way they are signed, without what is undefined", async () => {
    const server = await serve((_, response) => json(response, {}));
    const signed: string[] = [];
    const client = makeClient(server.url, { authorize: ({ url }) => void signed.push(url) });
    const query = {
      name: "한글 disk",
      sort: "created_at:desc",
      none: undefined,
      page: 2,
      all: true,
      odd: "a&b=c#d/+%20",
    };
    await client.send({ method: "GET", path: "/v1/volumes", query, response: anything }, makeContext());
    const target =
      "/v1/volumes?name=%ED%95%9C%EA%B8%80+disk&sort=created_at%3Adesc&page=2&all=true&odd=a%26b%3Dc%23d%2F%2B%2520";
    expect(server.seen[0]?.target).toBe(target);
    expect(signed).toEqual([`${server.url}${target}`]);
  });

  test("an empty query leaves no question mark", () => {
    expect(buildUrl(BASE, "/v1", {})).toBe(`${BASE}/v1`);
    expect(buildUrl(BASE, "/v1", { a: undefined })).toBe(`${BASE}/v1`);
  });
});

test("a bad path sends nothing", async () => {
  const server = await serve((_, response) => json(response, {}));
  const client = makeClient(server.url);
  const error = await failureOf(client.send({ method: "POST", path: "/v1/../x", body: {} }, makeContext()));
  expect(error).toMatchObject({ code: "invalid_argument", outcome: "not_applied" });
  expect(server.seen).toEqual([]);
});
