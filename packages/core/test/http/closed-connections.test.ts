import { Worker } from "node:worker_threads";
import { expect, onTestFinished, test } from "vitest";
import type { HttpClient } from "../../src/http/types.ts";
import { anything, longAfterOtherServers, makeClient, makeContext } from "./kit.ts";

const REQUESTS = 40;

/**
 * Serves beside this thread, so that it can act while this one is busy. `act(socket, nth)` answers the nth request of a
 * connection; each piece of news is counted in `workerData`.
 */
async function serveBeside(act: string): Promise<{ client: HttpClient; news: Int32Array }> {
  longAfterOtherServers();
  const news = new Int32Array(new SharedArrayBuffer(8));
  const source = `
    const { createServer } = require("node:net");
    const { parentPort, workerData } = require("node:worker_threads");
    const tell = (which) => Atomics.add(workerData, which, 1);
    const answer = (text) => "HTTP/1.1 200 OK\\r\\ncontent-type: application/json\\r\\ncontent-length: " + text.length + "\\r\\n\\r\\n" + text;
    const act = ${act};
    const server = createServer((socket) => {
      let nth = 0;
      socket.on("error", () => undefined);
      socket.on("data", () => {
        nth += 1;
        tell(0);
        act(socket, nth);
      });
    });
    server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));
  `;
  const worker = new Worker(source, { eval: true, workerData: news });
  onTestFinished(async () => void (await worker.terminate()));
  const port = await new Promise((resolve) => worker.once("message", resolve));
  return { client: makeClient(`http://127.0.0.1:${port}`), news };
}

/** Busy, so that this thread cannot hear of anything, until so much has been told. */
function busyUntil(news: Int32Array, which: number, count: number): void {
  while (Atomics.load(news, which) < count);
}

async function post(client: HttpClient): Promise<string> {
  try {
    const request = { method: "POST", path: "/x", body: {}, response: anything } as const;
    const { data } = await client.send(request, makeContext());
    return (data as { readonly own?: boolean }).own === true ? "own" : "another's";
  } catch {
    return "lost";
  }
}

test("a connection that the server has closed while this process was busy is not used again", async () => {
  const { client, news } = await serveBeside(`(socket) => {
    socket.write(answer('{"own":true}'));
    socket.end(() => tell(1));
  }`);
  for (let each = 1; each <= REQUESTS; each += 1) {
    expect(await post(client)).toBe("own");
    busyUntil(news, 1, each);
  }
  expect(Atomics.load(news, 0)).toBe(REQUESTS);
});

test("a server that closes as the next request comes costs one request, and then no more", async () => {
  const { client, news } = await serveBeside(`(socket, nth) => {
    if (nth > 1) socket.destroy();
    else socket.write(answer('{"own":true}'));
  }`);
  const results: string[] = [];
  for (let each = 0; each < REQUESTS; each += 1) results.push(await post(client));
  expect(results.filter((result) => result !== "own")).toEqual(["lost"]);
  // Not always the second: an answer can come before the request is known to be out, and its connection is not free then.
  expect(results.indexOf("lost")).toBeGreaterThan(0);
  expect(Atomics.load(news, 0)).toBe(REQUESTS);
});

test("an answer that nobody asked for is not taken for the next one", async () => {
  const { client, news } = await serveBeside(`(socket) => {
    socket.write(answer('{"own":true}'), () => socket.write(answer('{"own":false}'), () => tell(1)));
  }`);
  for (let each = 1; each <= REQUESTS; each += 1) {
    expect(await post(client)).toBe("own");
    busyUntil(news, 1, each);
  }
});

test("a server that keeps its connections is not made to open one for each request", async () => {
  const { client, news } = await serveBeside(`(socket, nth) => {
    if (nth === 1) tell(1);
    socket.write(answer('{"own":true}'));
  }`);
  for (let each = 0; each < REQUESTS; each += 1) expect(await post(client)).toBe("own");
  expect(Atomics.load(news, 0)).toBe(REQUESTS);
  // An answer can come before the request is known to be out: then the next one does not find the connection free.
  expect(Atomics.load(news, 1)).toBeLessThan(REQUESTS / 2);
});

test("a request whose answer has no body takes no connection that was used before", async () => {
  const { client, news } = await serveBeside(`(socket, nth) => {
    if (nth > 1) tell(1);
    socket.write(answer('{"own":true}'));
  }`);
  for (let each = 0; each < REQUESTS; each += 1) {
    await client.send({ method: "DELETE", path: "/x" }, makeContext());
  }
  expect([...news]).toEqual([REQUESTS, 0]);
});
