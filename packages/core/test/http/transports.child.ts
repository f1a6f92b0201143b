/** Run by transports.test.ts in a process of its own, for which the environment names a proxy. */
import { createHttpClient } from "@polyvol/core/http";

const [baseUrl = "", path = ""] = process.argv.slice(2);
for (const fetch of [{}, { fetch: globalThis.fetch }]) {
  const client = createHttpClient({ provider: "testcloud", baseUrl, authorize: () => undefined, ...fetch });
  const { data } = await client.send(
    { method: "POST", path, body: {}, response: { parse: (value) => value } },
    {
      operation: "test",
      abortSignal: new AbortController().signal,
      remainingMs: () => Number.POSITIVE_INFINITY,
      emit: () => undefined,
    },
  );
  process.stdout.write(`${JSON.stringify(data)}\n`);
}
process.exit(0);
