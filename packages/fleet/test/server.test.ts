/** Which servers a fleet begins on, and the words about those on which it does not. */
import { once } from "node:events";
import { createServer } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  createFleetDispatcher,
  createFleetWorker,
  type FleetError,
  fleetStatus,
  isFleetError,
} from "../src/index.ts";
import { needsRedis } from "./fleet.ts";
import { startRedis } from "./redis-server.ts";

const PASSWORD = "planted-password-0001";
const { title, skip } = needsRedis("a server that is not fit");

/** What all three ways to begin throw. */
async function refusals(redisUrl: string, queue?: string): Promise<readonly FleetError[]> {
  const shared = { redisUrl, queue, policies: [], accounts: () => [] };
  const begin = [
    () => createFleetDispatcher(shared),
    () => createFleetWorker({ ...shared, connect: () => ({}) }),
    () => fleetStatus(shared),
  ];
  return await Promise.all(
    begin.map((each) =>
      each().then(
        () => expect.unreachable("it has begun"),
        (error: unknown) => {
          expect(isFleetError(error)).toBe(true);
          expect(JSON.stringify([error, String(error), (error as Error).stack])).not.toContain(PASSWORD);
          return error as FleetError;
        },
      ),
    ),
  );
}

async function expectRefusal(redisUrl: string, code: FleetError["code"], text: string): Promise<void> {
  for (const error of await refusals(redisUrl)) {
    expect(error.code).toBe(code);
    expect(error.message.replaceAll(/127\.0\.0\.1:\d+/g, "HOST")).toBe(text);
  }
}

/** A server that answers `INFO` with this text, and all else with OK. */
async function serverThatSays(info: string): Promise<string> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("data", (data) => {
      for (const command of data.toString().matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n/g)) {
        const isInfo = command[1]?.toLowerCase() === "info";
        socket.write(isInfo ? `$${Buffer.byteLength(info)}\r\n${info}\r\n` : "+OK\r\n");
      }
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return `redis://127.0.0.1:${(server.address() as { readonly port: number }).port}`;
}

test.for(["", "redis", "http://127.0.0.1:6379", "127.0.0.1:6379", `redis://:${PASSWORD}@`])(
  "%j is no address",
  async (url) => {
    const allowed =
      "redis://HOST:6379 or rediss://HOST:6379 (TLS), with USER:PASSWORD@ before the host where needed";
    const text = `redisUrl: found a text that is no address of Redis; allowed: ${allowed}`;
    await expectRefusal(url, "invalid_argument", text);
  },
);

test("a name of a queue is letters, digits and a few marks", async () => {
  for (const error of await refusals("redis://127.0.0.1:1", "a:b")) {
    expect(error.message).toBe('queue: found "a:b"; allowed: 1 to 64 letters, digits, `.`, `_` and `-`');
  }
});

test("a number of a worker is whole and large enough", async () => {
  const shared = { redisUrl: "redis://127.0.0.1:1", policies: [], accounts: () => [], connect: () => ({}) };
  for (const wrong of [{ concurrency: 0 }, { concurrency: 1.5 }, { lockMs: 999 }, { maxStalls: -1 }]) {
    await expect(createFleetWorker({ ...shared, ...wrong })).rejects.toThrow(/allowed: a whole number from/);
  }
});

test("a server that is away", async () => {
  const text = "redis://HOST does not answer: nothing listens there (ECONNREFUSED)";
  // Nothing listens on port 1.
  await expectRefusal(`redis://me:${PASSWORD}@127.0.0.1:1`, "unreachable", text);
});

test.for([
  ["redis_version:5.0.14\r\nredis_mode:standalone\r\nrole:master", "redis 5.0.14", "redis 6.2.0 or newer"],
  ["redis_version:6.0.20\r\nredis_mode:standalone", "redis 6.0.20", "redis 6.2.0 or newer"],
  [
    "redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:7.0.1",
    "valkey 7.0.1",
    "valkey 7.2.0 or newer",
  ],
  ["", "redis of an unknown version", "redis 6.2.0 or newer"],
] as const)("a server that says %j is too old", async ([info, found, allowed]) => {
  await expectRefusal(
    await serverThatSays(`# Server\r\n${info}\r\n`),
    "unsuitable",
    `redis://HOST: found ${found}; allowed: ${allowed}`,
  );
});

describe.skipIf(skip)(title, () => {
  const start = async (...options: string[]) => {
    const server = await startRedis(options);
    onTestFinished(() => server.stop());
    return server;
  };

  test("a password that is wrong or missing", async () => {
    const { url, port } = await start("--requirepass", "another-password");
    const allowed = "allowed: redis://USER:PASSWORD@HOST";
    await expectRefusal(
      url,
      "unauthenticated",
      `redis://HOST: found no password, and it asks for one; ${allowed}`,
    );
    for (const user of ["", "somebody"]) {
      await expectRefusal(
        `redis://${user}:${PASSWORD}@127.0.0.1:${port}`,
        "unauthenticated",
        `redis://HOST: found a user or password that it refuses; ${allowed}`,
      );
    }
  });

  test("a server that drops jobs when its memory is full", async () => {
    const { url } = await start("--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru");
    await expectRefusal(
      url,
      "unsuitable",
      "redis://HOST: found maxmemory-policy allkeys-lru, which drops jobs when memory is full; allowed: maxmemory-policy " +
        "noeviction (redis-cli config set maxmemory-policy noeviction, and in its configuration)",
    );
  });

  test("a replica", async () => {
    const { url } = await start("--replicaof", "127.0.0.1", "1");
    const text = "redis://HOST: found a replica, which can only be read; allowed: the primary";
    await expectRefusal(url, "unsuitable", text);
  });

  test("a cluster", async () => {
    const { url } = await start("--cluster-enabled", "yes");
    const allowed = "one server, or the primary behind a Sentinel or a managed service";
    await expectRefusal(url, "unsuitable", `redis://HOST: found a cluster; allowed: ${allowed}`);
  });
});
