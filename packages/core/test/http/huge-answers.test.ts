import { execFile } from "node:child_process";
import type { ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createDeflateRaw, createGzip } from "node:zlib";
import { expect, inject, onTestFinished, test } from "vitest";
import { json, serve } from "./kit.ts";

const MIB = 1024 * 1024;
/** Many times what a reader may take. */
const HUGE = (inject("isFull") ? 1024 : 128) * MIB;
const CHILD = fileURLToPath(new URL("./huge-answers.child.ts", import.meta.url));

interface Measured {
  readonly outcome: string;
  readonly extraMib: number;
}

/** Asks `urls` one after the other from a process of its own; gives what came of each, and how far its memory grew. */
async function measure(urls: readonly string[]): Promise<readonly Measured[]> {
  const flags = ["--conditions=@polyvol/source", "--expose-gc", "--disable-warning=ExperimentalWarning"];
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, CHILD, ...urls]);
  return JSON.parse(stdout);
}

/** Writes until told that it is enough, or nobody listens any more. */
function pour(out: NodeJS.WritableStream & { destroyed: boolean }, bytes: number, chunk: Uint8Array): void {
  let left = bytes;
  const more = (): void => {
    while (left > 0 && !out.destroyed) {
      left -= chunk.length;
      if (!out.write(chunk)) {
        out.once("drain", more);
        return;
      }
    }
    if (!out.destroyed) out.end();
  };
  more();
}

const ANSWERS: Readonly<Record<string, (response: ServerResponse) => void>> = {
  "/declared": (response) => {
    response.writeHead(200, { "content-length": String(HUGE) });
    pour(response, HUGE, Buffer.alloc(64 * 1024, " "));
  },
  "/chunked": (response) => {
    response.writeHead(200);
    pour(response, HUGE, Buffer.alloc(64 * 1024, " "));
  },
  "/gzip": (response) => {
    response.writeHead(200, { "content-encoding": "gzip" });
    const gzip = createGzip();
    response.on("close", () => gzip.destroy());
    gzip.pipe(response);
    pour(gzip, HUGE, Buffer.alloc(MIB, " "));
  },
  "/deflate": (response) => {
    response.writeHead(200, { "content-encoding": "deflate" });
    const deflate = createDeflateRaw();
    response.on("close", () => deflate.destroy());
    deflate.pipe(response);
    pour(deflate, HUGE, Buffer.alloc(MIB, " "));
  },
  "/failure": (response) => {
    response.writeHead(500);
    pour(response, HUGE, Buffer.alloc(64 * 1024, " "));
  },
  "/failure-gzip": (response) => {
    response.writeHead(500, { "content-encoding": "gzip" });
    const gzip = createGzip();
    response.on("close", () => gzip.destroy());
    gzip.pipe(response);
    pour(gzip, HUGE, Buffer.alloc(MIB, " "));
  },
};

/** Headers without end, by the line that is written again and again. */
const LINES: Readonly<Record<string, (left: number) => string>> = {
  "/one-header": (left) => `x-large: ${"x".repeat(Math.min(left, MIB))}`,
  "/many-headers": (left) => `x-${left}: ${"x".repeat(1_000)}\r\n`,
};

/** Gives `LINES` what they say, 10 MiB of it. */
async function serveHeaders(): Promise<string> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("data", (data) => {
      const line = LINES[/^GET (\S+)/.exec(String(data))?.[1] ?? ""];
      if (line === undefined) {
        socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
        return;
      }
      socket.write("HTTP/1.1 200 OK\r\n");
      for (let left = 10 * MIB; left > 0 && !socket.destroyed; ) {
        const text = line(left);
        socket.write(text);
        left -= text.length;
      }
      socket.end("\r\n\r\n{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Promise 16. */
test("an answer or a header beyond all measure, plain, in chunks or compressed: a typed error, and at most 32 MiB of memory", async () => {
  const bodies = await serve(({ target }, response) => {
    const answer = ANSWERS[target];
    if (answer === undefined) json(response, {});
    else answer(response);
  });
  const headersUrl = await serveHeaders();
  const urls = [
    ...Object.keys(ANSWERS).map((path) => `${bodies.url}${path}`),
    ...Object.keys(LINES).map((path) => `${headersUrl}${path}`),
  ];
  const results = await measure(urls);
  expect(results).toHaveLength(urls.length);
  for (const [index, { outcome, extraMib }] of results.entries()) {
    const { pathname } = new URL(urls[index] ?? "");
    expect(outcome, pathname).toMatch(outcomeOf(pathname));
    expect(extraMib, pathname).toBeLessThanOrEqual(32);
  }
});

function outcomeOf(path: string): RegExp {
  if (path in LINES)
    return /^malformed_response: the answer is not readable HTTP \(UND_ERR_HEADERS_OVERFLOW\)$/;
  return path.startsWith("/failure")
    ? /^unavailable: /
    : /^malformed_response: .* is larger than 8388608 bytes$/;
}
