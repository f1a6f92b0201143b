/** Who has the lease of an account. */
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { Redis } from "ioredis";
import { expect, onTestFinished, test } from "vitest";
import { takeLease } from "../src/lease.ts";

const SPAN_MS = 30_000;

/** A server that keeps texts, as far as a lease needs one. The first answers to SET, so many of them, get lost. */
async function startKeeper(lost: number): Promise<{ readonly kept: Map<string, string>; open(): Redis }> {
  const kept = new Map<string, string>();
  let left = lost;
  const answers: Readonly<Record<string, (key: string, value: string) => string>> = {
    set(key, value) {
      if (kept.has(key)) return "$-1\r\n";
      kept.set(key, value);
      return "+OK\r\n";
    },
    get(key) {
      const value = kept.get(key) ?? "";
      return `$${value.length}\r\n${value}\r\n`;
    },
    pttl: () => `:${SPAN_MS}\r\n`,
    info: () => "$0\r\n\r\n",
  };
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("data", (data) => {
      for (const command of data
        .toString()
        .split(/^\*\d+\r\n/m)
        .slice(1)) {
        const [name = "", key = "", value = ""] = command.split("\r\n").filter((_, index) => index % 2 === 1);
        const answer = answers[name.toLowerCase()]?.(key, value) ?? "+OK\r\n";
        if (name.toLowerCase() === "set" && left > 0) {
          left -= 1;
          socket.destroy();
          return;
        }
        socket.write(answer);
      }
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return {
    kept,
    open() {
      const redis = new Redis(port, "127.0.0.1", { protocol: 2, retryStrategy: () => 0 });
      redis.on("error", () => undefined);
      onTestFinished(() => redis.disconnect());
      return redis;
    },
  };
}

test("one that was granted in an answer that got lost is ours", async () => {
  const keeper = await startKeeper(1);
  const lease = await takeLease(keeper.open(), "a", SPAN_MS);
  expect(lease).not.toHaveProperty("busyMs");
  expect(keeper.kept.size).toBe(1);
  if ("release" in lease) await lease.release();
});

test("one that another worker has is busy, also where the answer that said so got lost", async () => {
  const keeper = await startKeeper(1);
  keeper.kept.set("a", "another's");
  expect(await takeLease(keeper.open(), "a", SPAN_MS)).toEqual({ busyMs: SPAN_MS });
});
