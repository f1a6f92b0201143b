import { fileURLToPath } from "node:url";
import { runInNewContext } from "node:vm";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { json, serve } from "./http/kit.ts";

const ENTRIES = fileURLToPath(new URL("../src", import.meta.url));

/** Lists by pages over HTTP, as an adapter would. */
const PROGRAM = `
  import { createVirtualClock } from "${ENTRIES}/driver.ts";
  import { isPolyvolError } from "${ENTRIES}/index.ts";
  import { createHttpClient } from "${ENTRIES}/http/index.ts";
  const { baseUrl, report } = globalThis.given;
  const client = createHttpClient({ provider: "p", baseUrl, authorize: () => undefined });
  const context = {
    operation: "test",
    abortSignal: new AbortController().signal,
    remainingMs: () => Infinity,
    emit: () => undefined,
  };
  const send = (path) => client.send({ method: "GET", path, response: { parse: (value) => value } }, context);
  const clock = createVirtualClock();
  await clock.advance(1_000);
  const refused = await send("/refused").catch((error) => error);
  report([(await send("/x")).data, isPolyvolError(refused, "permission_denied"), clock.now() > 0]);
`;

/** What runtimes for the web have in common, as far as core needs it. */
const COMMON = {
  ...{ fetch, Headers, Request, Response, URL, URLSearchParams, TextEncoder, TextDecoder, ReadableStream },
  ...{ AbortController, AbortSignal, Event, EventTarget, DOMException, atob, btoa, crypto, performance },
  ...{ setTimeout, clearTimeout, console, Array, Uint8Array },
};

test("core is loaded and sends by fetch where there is nothing of Node", async () => {
  const server = await serve(({ target }, response) => json(response, {}, target === "/x" ? 200 : 403));
  const { outputFiles } = await build({
    stdin: { contents: PROGRAM, resolveDir: ENTRIES, loader: "ts" },
    ...{ bundle: true, write: false, format: "esm", platform: "browser", conditions: ["@polyvol/source"] },
  });
  const code = outputFiles[0]?.text ?? "";
  expect(code).not.toMatch(/(?:from|import|require\()\s*["']node:/);
  const reported = new Promise((resolve, reject) => {
    const context = { ...COMMON, given: { baseUrl: server.url, report: resolve } };
    void runInNewContext(`(async () => {${code}})()`, context).catch(reject);
  });
  expect(await reported).toEqual([{}, true, true]);
});
