/**
 * Run by huge-answers.test.ts in a process of its own, whose memory is then that of the client alone: `URL PATH…`. Prints
 * what came of each path, and how far the memory grew meanwhile.
 */
import { createHttpClient } from "@polyvol/core/http";

const MIB = 1024 * 1024;
const [baseUrl = "", ...paths] = process.argv.slice(2);

const client = createHttpClient({ provider: "testcloud", baseUrl, authorize: () => undefined });

function send(target: string): Promise<unknown> {
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

// What the platform loads and sets aside for its first requests is no part of an answer.
for (let each = 0; each < 20; each++) await send("/small");

const results: { readonly outcome: string; readonly extraMib: number }[] = [];
for (const path of paths) {
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  let peak = before;
  const look = (): void => {
    peak = Math.max(peak, process.memoryUsage().rss);
  };
  const timer = setInterval(look, 1);
  const outcome = await send(path).then(
    () => "answered",
    (error: { code?: string; reason?: string }) => `${error.code}: ${error.reason}`,
  );
  clearInterval(timer);
  look();
  results.push({ outcome, extraMib: (peak - before) / MIB });
}
process.stdout.write(JSON.stringify(results));
process.exit(0);
