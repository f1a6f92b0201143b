import { describe, expect, test } from "vitest";
import { failureOf } from "../../../../scripts/test/failure-of.ts";
import { json, makeClient, makeContext, serve, type TestServer } from "./kit.ts";

/** A server that takes one key only, and says 401 to others. */
function keyed(valid: string): Promise<TestServer> {
  return serve((request, response) => {
    json(response, {}, request.headers["x-key"] === valid ? 200 : 401);
  });
}

function clientWith(url: string, keys: string[], credentialsMayChange?: boolean) {
  return makeClient(url, {
    ...(credentialsMayChange === undefined ? {} : { credentialsMayChange }),
    authorize: ({ headers }) => {
      headers["x-key"] = keys.length > 1 ? (keys.shift() ?? "") : (keys[0] ?? "");
    },
  });
}

describe("credentials that were replaced between being read and being used", () => {
  test.each(["GET", "POST", "DELETE"] as const)("are read anew, once: %s", async (method) => {
    const server = await keyed("new");
    const client = clientWith(server.url, ["old", "new"], true);
    expect((await client.send({ method, path: "/x" }, makeContext())).status).toBe(200);
    expect(server.seen.map(({ headers }) => headers["x-key"])).toEqual(["old", "new"]);
  });

  test("and are wrong all the same: two requests, then the refusal", async () => {
    const server = await keyed("new");
    const client = clientWith(server.url, ["old"], true);
    const error = await failureOf(client.send({ method: "POST", path: "/x", body: {} }, makeContext()));
    expect(error).toMatchObject({ code: "unauthenticated", outcome: "not_applied", retryable: false });
    expect(server.seen).toHaveLength(2);
  });

  test("are not asked for again where the request had none", async () => {
    const server = await keyed("new");
    const client = clientWith(server.url, ["new"], true);
    await failureOf(client.send({ method: "GET", path: "/x", authorized: false }, makeContext()));
    expect(server.seen).toHaveLength(1);
  });

  test("are not asked for again where they cannot change", async () => {
    const server = await keyed("new");
    await failureOf(
      clientWith(server.url, ["old", "new"]).send({ method: "GET", path: "/x" }, makeContext()),
    );
    expect(server.seen).toHaveLength(1);
  });

  test.each([403, 404, 500])("are not asked for again after %i", async (status) => {
    const server = await serve((_, response) => json(response, {}, status));
    const client = clientWith(server.url, ["a", "b"], true);
    await failureOf(client.send({ method: "GET", path: "/x" }, makeContext()));
    expect(server.seen).toHaveLength(1);
  });
});
