import { Worker } from "node:worker_threads";
import { expect, onTestFinished, test } from "vitest";
import { makeClient, makeContext } from "./kit.ts";

/** Answers each request and closes the connection a moment later; beside this thread, so that it can while this is busy. */
const SERVER = `
const { createServer } = require("node:net");
const { parentPort, workerData } = require("node:worker_threads");
const server = createServer((socket) => {
  socket.on("error", () => undefined);
  socket.on("finish", () => Atomics.add(workerData, 0, 1));
  socket.on("data", () => {
    socket.write("HTTP/1.1 200 OK\\r\\ncontent-type: application/json\\r\\ncontent-length: 2\\r\\n\\r\\n{}");
    setTimeout(() => socket.end(), 10);
  });
});
server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));
`;

test("a connection that the server has closed while this process was busy is not used again", async () => {
  const closed = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(SERVER, { eval: true, workerData: closed });
  onTestFinished(async () => void (await worker.terminate()));
  const port = await new Promise((resolve) => worker.once("message", resolve));
  const client = makeClient(`http://127.0.0.1:${port}`);
  for (let each = 0; each < 20; each += 1) {
    const { status } = await client.send({ method: "POST", path: "/x", body: {} }, makeContext());
    expect(status).toBe(200);
    // Busy, so that this thread cannot hear of it.
    while (Atomics.load(closed, 0) <= each);
  }
});
