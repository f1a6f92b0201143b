import { execFile } from "node:child_process";
import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { createFetchTransport } from "../../src/http/transport/fetch.ts";
import { anything, json, makeClient, makeContext, serve, TOKEN } from "./kit.ts";

const GET = { method: "GET", path: "/x", response: anything } as const;
const POST = { method: "POST", path: "/x", query: { a: "b c" }, body: { b: 1 }, response: anything } as const;

describe("the option fetch", () => {
  test("chooses who sends: without it, nobody who replaced the global fetch is asked", async () => {
    const server = await serve((_, response) => json(response, { from: "server" }));
    const global = vi.spyOn(globalThis, "fetch");
    await makeClient(server.url).send(GET, makeContext());
    expect(global).not.toHaveBeenCalled();
    await makeClient(server.url, { fetch: globalThis.fetch }).send(GET, makeContext());
    expect(global).toHaveBeenCalledOnce();
    expect(server.seen).toHaveLength(2);
  });

  test("is given plain parts, which another fetch than the platform's understands", async () => {
    const given: unknown[] = [];
    const client = makeClient("https://api.example.com", {
      fetch: async (url, init) => {
        given.push(url, { ...init, signal: init?.signal instanceof AbortSignal });
        return new Response("{}");
      },
    });
    await client.send(POST, makeContext());
    expect(given).toEqual([
      "https://api.example.com/x?a=b+c",
      {
        method: "POST",
        headers: {
          accept: "application/json",
          authorization: `Bearer ${TOKEN}`,
          "content-type": "application/json",
        },
        body: '{"b":1}',
        redirect: "manual",
        signal: true,
      },
    ]);
  });

  test("sends once what a library on the way would send again", async () => {
    const server = await serve((_, response) => json(response, {}, 503, { "retry-after": "0" }));
    const client = makeClient(server.url, { fetch: globalThis.fetch });
    await expect(client.send(GET, makeContext())).rejects.toMatchObject({ code: "unavailable" });
    expect(server.seen).toHaveLength(1);
  });
});

describe("where there is no node:http", () => {
  const request = {
    ...({ method: "GET", url: "https://api.example.com/x", headers: {}, body: undefined } as const),
    needsNewConnection: false,
    progress: {},
  };

  test("the global fetch is looked up at each request, so that whoever replaces it is heard", async () => {
    const send = createFetchTransport(undefined);
    const { signal } = new AbortController();
    for (const status of [201, 202]) {
      vi.spyOn(globalThis, "fetch").mockResolvedValue(new Response(null, { status }));
      expect((await send({ ...request, signal })).status).toBe(status);
    }
  });

  test("nothing is sent after an abort", async () => {
    const fetch = vi.fn<typeof globalThis.fetch>();
    const abort = new AbortController();
    const sent = createFetchTransport(fetch)({ ...request, signal: abort.signal });
    abort.abort(new Error("enough"));
    await expect(sent).rejects.toThrow("enough");
    expect(fetch).not.toHaveBeenCalled();
  });
});

test("an answer 100 that nobody asked for is passed over by node:http, where Node's fetch fails at it", async () => {
  const server = await serve((_, response) => {
    response.writeContinue();
    json(response, { from: "server" });
  });
  expect(await makeClient(server.url).send(POST, makeContext())).toMatchObject({
    status: 200,
    data: { from: "server" },
  });
  expect(server.seen).toHaveLength(1);
});

test("a proxy of the environment is used by both transports, and where it refuses a tunnel nothing was sent", async () => {
  const refusals = [
    ["wants-credentials.example.com", 407, false, "status 407: it wants credentials"],
    ["api.example.com", 502, true, "status 502"],
  ] as const;
  const asked: (string | undefined)[] = [];
  const proxy = createServer((request, response) => {
    asked.push(request.url);
    response.end('"by the proxy"');
  });
  proxy.on("connect", ({ url }, socket) => {
    const status = refusals.find(([host]) => url === `${host}:443`)?.[1];
    if (status !== undefined) {
      socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    // Some clients ask for a tunnel also where nothing is encrypted; what comes through it is answered as well.
    asked.push(url);
    socket.write("HTTP/1.1 200 OK\r\n\r\n");
    proxy.emit("connection", socket);
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void proxy.close().closeAllConnections());
  const { port } = proxy.address() as AddressInfo;
  const printed = await sendByProxy(`http://somebody:pass-of-proxy@127.0.0.1:${port}`, [
    "http://localhost:4444",
    ...refusals.map(([host]) => `https://${host}`),
  ]);
  expect(asked).toEqual(["http://localhost:4444/x", "localhost:4444", "/x"]);
  const failures = refusals.flatMap(([host, , retryable, why]) =>
    // The platform's fetch does not say which proxy it was.
    [`, 127.0.0.1:${port},`, ""].map((which) => ({
      ...{ code: "unavailable", outcome: "not_applied", retryable },
      reason: `the proxy of the environment${which} made no connection to ${host} (${why})`,
    })),
  );
  expect(printed).toEqual(["by the proxy", "by the proxy", ...failures]);
});

/** What a process whose environment names a proxy was answered, or how that failed, by both transports. */
async function sendByProxy(address: string, baseUrls: readonly string[]): Promise<unknown[]> {
  const names = ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"];
  const variables = Object.fromEntries(names.map((name) => [name, address]));
  const child = fileURLToPath(new URL("./transports.child.ts", import.meta.url));
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--conditions=@polyvol/source", "--disable-warning=ExperimentalWarning", child, ...baseUrls],
    { env: { ...process.env, ...variables, no_proxy: "", NO_PROXY: "", NODE_USE_ENV_PROXY: "1" } },
  );
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

test("a request of somebody else on the same agent is left alone when connections are given up", async () => {
  const server = await serve(async ({ target }, response) => {
    if (target !== "/slow") json(response, {});
    else held = () => json(response, { own: true });
  });
  let held: (() => void) | undefined;
  const client = makeClient(server.url);
  await client.send({ ...GET, method: "POST", body: {} }, makeContext());
  const status = new Promise((resolve, reject) => {
    const others = httpRequest(`${server.url}/slow`, (response) => resolve(response.resume().statusCode));
    others.on("error", reject).end();
  });
  await expect.poll(() => held).toBeDefined();
  await client.send({ method: "DELETE", path: "/x" }, makeContext());
  held?.();
  expect(await status).toBe(200);
});
