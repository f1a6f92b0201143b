import { createServer } from "node:http";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createEmulator } from "../../src/kit/emulator.ts";
import type { Emulator } from "../../src/kit/emulator-types.ts";
import type { Fault } from "../../src/kit/fault.ts";
import { createFaultProxy } from "../../src/kit/fault-proxy.ts";
import { createToy, type Toy } from "./toy.ts";

/** A service on a port, which stands for one that is no emulator, and the proxy in front of it. */
let toy: Toy;
let behind: { readonly url: string; close(): Promise<void> };
let proxy: Emulator;
let front: typeof behind;

beforeEach(async () => {
  toy = createToy();
  behind = await createEmulator(toy).listen();
  proxy = createFaultProxy({ target: behind.url, secrets: ["hush-hush"] });
  front = await proxy.listen();
});

afterEach(async () => {
  await front.close();
  await behind.close();
});

/** Status and body as a client sees them, or the code of the network error. */
async function ask(
  method: "GET" | "POST",
  path = "/things",
  body?: string,
): Promise<readonly [unknown, string]> {
  try {
    const answer = await fetch(front.url + path, { method, ...(body === undefined ? {} : { body }) });
    return [answer.status, await answer.text()];
  } catch (error) {
    return [(error as { cause?: { code?: string } }).cause?.code ?? "cut", ""];
  }
}

test("what no fault strikes is the service's own answer, and its request the client's own", async () => {
  const answer = await fetch(`${front.url}/things/a%2Fb?x=%20y&x=2`, {
    method: "POST",
    body: "näme",
    headers: { "x-kind": "one", authorization: "hush-hush" },
  });
  expect(answer.status).toBe(201);
  expect(answer.headers.get("x-id")).toBe("1");
  expect(await answer.json()).toEqual({ thing: { name: "näme", size: 10 } });
  const [seen] = toy.seen;
  expect(seen).toMatchObject({ rawTarget: "/things/a%2Fb?x=%20y&x=2", origin: front.url, body: "näme" });
  expect(seen?.headers.get("x-kind")).toBe("one");
  const [entry] = proxy.log.entries();
  expect(entry).toMatchObject({ status: 201, serviceStatus: 201, committed: true });
  expect(JSON.stringify(entry)).not.toContain("hush-hush");
});

test("neither dots nor slashes in front lead to another path or host", async () => {
  const { hostname, port } = new URL(front.url);
  const { request } = await import("node:http");
  const status = await new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path: "//elsewhere.test/../things" }, (answer) => {
      resolve(answer.statusCode);
      answer.resume();
    });
    sent.on("error", reject);
    sent.end();
  });
  expect(status).toBe(200);
  expect(toy.seen[0]?.rawTarget).toBe("//elsewhere.test/../things");
});

const GATEWAY = { kind: "answer", status: 503 } as const;
test.each<[string, Fault, unknown, number]>([
  ["no connection", { kind: "refuse" }, "ECONNRESET", 0],
  ["cut before the service has it", { kind: "cut-before" }, "ECONNRESET", 0],
  ["answer lost after the service has it", { kind: "cut-after" }, "ECONNRESET", 1],
  ["503 before", { ...GATEWAY, when: "before" }, 503, 0],
  ["503 after", { ...GATEWAY, when: "after" }, 503, 1],
  ["429", { kind: "answer", status: 429, headers: { "retry-after": "1" } }, 429, 0],
  ["late", { kind: "delay-before", ms: 5 }, 201, 1],
  ["answered late", { kind: "delay-after", ms: 5 }, 201, 1],
  ["half an answer, then cut", { kind: "truncate", cut: true }, "UND_ERR_SOCKET", 1],
  ["half an answer", { kind: "truncate" }, 201, 1],
  ["a web page after the service has it", { kind: "html", when: "after" }, 200, 1],
])("%s", async (_what, fault, status, carriedOut) => {
  proxy.faults.add({ ...fault, count: 1 });
  const [seen] = await ask("POST", "/things", "a");
  expect([seen, toy.things.length]).toEqual([status, carriedOut]);
  expect(await ask("POST", "/things", "b")).toEqual([201, '{"thing":{"name":"b","size":10}}']);
  expect(proxy.faults.list()[0]).toMatchObject({ applied: 1, spent: true });
});

test("a request whose answer is lost at once arrives later", async () => {
  proxy.faults.add({ kind: "commit-late", ms: 1, count: 1 });
  expect((await ask("POST", "/things", "a"))[0]).toBe("ECONNRESET");
  await expect.poll(() => toy.things).toEqual(["a"]);
});

test("half an answer is the first half of the true one, and a member can be spoilt", async () => {
  proxy.faults.add({ kind: "truncate", bytes: 7, count: 1 });
  proxy.faults.add({ kind: "wrong-json", at: "thing.size", value: "ten", count: 1 });
  expect(await ask("POST", "/things", "a")).toEqual([201, '{"thing']);
  expect(await ask("POST", "/things", "b")).toEqual([201, '{"thing":{"name":"b","size":"ten"}}']);
});

test("a fault of the query reaches the service", async () => {
  proxy.faults.add({ kind: "query", atMost: { limit: 2 }, remove: ["marker"] });
  await ask("GET", "/things?limit=1000&marker=a");
  await ask("GET", "/things?marker=a");
  expect(toy.seen.map(({ rawTarget }) => rawTarget)).toEqual(["/things?limit=2", "/things"]);
});

test("a service that is not there is a bad gateway, and one that cuts is one, too", async () => {
  await behind.close();
  expect((await ask("GET"))[0]).toBe(502);
  const cutting = createServer((_request, response) => {
    response.writeHead(200, { "content-length": 10 });
    response.write("ab", () => response.destroy());
  });
  await new Promise<void>((resolve) => cutting.listen(0, "127.0.0.1", resolve));
  const { port } = cutting.address() as { port: number };
  const other = createFaultProxy({ target: `http://127.0.0.1:${port}` });
  const answer = await other.fetch("http://proxy.test/things");
  expect([answer.status, other.log.entries()[0]?.committed]).toEqual([502, false]);
  await new Promise((resolve) => cutting.close(resolve));
});

test("it holds nothing, and takes plain HTTP only", () => {
  expect(proxy.state()).toBeUndefined();
  expect(() => proxy.seed({})).toThrow("holds nothing");
  expect(() => createFaultProxy({ target: "https://cloud.test" })).toThrow("expected an http address");
});
