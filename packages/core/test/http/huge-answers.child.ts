/**
 * Run by huge-answers.test.ts in a process of its own, whose memory is then that of the client alone: `URL…`. Prints what
 * came of each, and how far the memory grew meanwhile.
 */
import { createHttpClient } from "@polyvol/core/http";

const MIB = 1024 * 1024;

function send(url: string, target: string): Promise<unknown> {
  const client = createHttpClient({ provider: "testcloud", baseUrl: url, authorize: () => undefined });
  return client.send(
    { method: "GET", path: target, response: { parse: (value) => value } },
    {
      operation: "test",
      abortSignal: new AbortController().signal,
      remainingMs: () => Number.POSITIVE_INFINITY,
      emit: () => undefined,
    },
  );
}

const asked = process.argv.slice(2).map((url) => new URL(url));
// What the platform loads and sets aside for its first requests is no part of an answer.
for (let each = 0; each < 10; each++) for (const { origin } of asked) await send(origin, "/small");

const results: { readonly outcome: string; readonly extraMib: number }[] = [];
for (const { origin, pathname } of asked) {
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  let peak = before;
  const look = (): void => {
    peak = Math.max(peak, process.memoryUsage().rss);
  };
  const timer = setInterval(look, 1);
  const outcome = await send(origin, pathname).then(
    () => "answered",
    (error: { code?: string; reason?: string }) => `${error.code}: ${error.reason}`,
  );
  clearInterval(timer);
  look();
  results.push({ outcome, extraMib: (peak - before) / MIB });
}
process.stdout.write(JSON.stringify(results));
process.exit(0);
