/** Run by transports.test.ts in a process of its own, for which the environment names a proxy. */
import { isPolyvolError } from "@polyvol/core";
import { createHttpClient } from "@polyvol/core/http";

const senders = [{}, { fetch: globalThis.fetch }];
for (const [baseUrl, fetch] of process.argv
  .slice(2)
  .flatMap((url) => senders.map((each) => [url, each] as const))) {
  const client = createHttpClient({ provider: "testcloud", baseUrl, authorize: () => undefined, ...fetch });
  const answer = client.send(
    { method: "POST", path: "/x", body: {}, response: { parse: (value) => value } },
    {
      operation: "test",
      abortSignal: new AbortController().signal,
      remainingMs: () => Number.POSITIVE_INFINITY,
      emit: () => undefined,
    },
  );
  const shown = await answer.then(({ data }) => data, shownFailure);
  process.stdout.write(`${JSON.stringify(shown)}\n`);
}
process.exit(0);

function shownFailure(error: unknown): object {
  if (!isPolyvolError(error)) throw error;
  const { code, outcome, retryable, reason } = error;
  return { code, outcome, retryable, reason };
}
