import { createServer, type Server } from "node:http";
import https, { type AgentOptions } from "node:https";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { createVirtualClock } from "@polyvol/core/driver";
import { describe, expect, onTestFinished, test } from "vitest";
import { failureOf } from "../../../../scripts/test/failure-of.ts";
import { makeClient, makeContext, POST } from "./kit.ts";

const SERVICE = "https://api.example.com";
const CERTAIN = { code: "unavailable", outcome: "not_applied", retryable: true };

/** Has the server listen, and be the proxy of the environment until the test ends. */
async function proxyAt(server: Server, options?: AgentOptions, noProxy?: string): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const usual = https.globalAgent;
  const proxyEnv = {
    HTTPS_PROXY: `http://somebody:pass-of-proxy@127.0.0.1:${port}`,
    ...(noProxy === undefined ? {} : { NO_PROXY: noProxy }),
  };
  https.globalAgent = new https.Agent({ ...options, proxyEnv });
  onTestFinished(() => {
    https.globalAgent = usual;
  });
  return port;
}

test("a proxy that is not there is not taken for the service", async () => {
  const gone = createServer();
  const port = await proxyAt(gone);
  gone.close();
  const error = await failureOf(makeClient(SERVICE).send(POST, makeContext()));
  expect(error).toMatchObject({
    ...CERTAIN,
    reason: `the connection to api.example.com by way of 127.0.0.1:${port} was refused (ECONNREFUSED)`,
  });
});

test("a proxy that NO_PROXY goes past is not named", async () => {
  const clock = createVirtualClock();
  const proxy = createServer();
  onTestFinished(() => void proxy.close());
  await proxyAt(proxy, undefined, "127.0.0.1");
  // It lets everybody connect, and says nothing.
  const service = createTcpServer((socket) => {
    onTestFinished(() => void socket.destroy());
    connected.resolve();
  });
  const connected = Promise.withResolvers<void>();
  await new Promise<void>((resolve) => service.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void service.close());
  const { port } = service.address() as AddressInfo;
  const client = makeClient(`https://127.0.0.1:${port}`, { clock, attemptTimeoutMs: 3_000 });
  const sent = failureOf(client.send(POST, makeContext()));
  await connected.promise;
  await clock.advance(3_000);
  expect(await sent).toMatchObject({
    ...{ ...CERTAIN, code: "timeout" },
    reason: `no connection to 127.0.0.1:${port} was made within 3000 ms`,
  });
});

describe("a proxy that takes the request for a tunnel and never answers it", () => {
  async function silentProxy(
    options?: AgentOptions,
  ): Promise<{ readonly port: number; readonly asked: Promise<void> }> {
    const proxy = createServer();
    const asked = new Promise<void>((resolve) =>
      proxy.on("connect", (_, socket) => {
        onTestFinished(() => void socket.destroy());
        resolve();
      }),
    );
    onTestFinished(() => void proxy.close());
    return { port: await proxyAt(proxy, options), asked };
  }

  test("is named when the agent gives up: nothing was sent", async () => {
    const { port } = await silentProxy({ timeout: 20 });
    expect(await failureOf(makeClient(SERVICE).send(POST, makeContext()))).toMatchObject({
      ...CERTAIN,
      reason: `the proxy of the environment, 127.0.0.1:${port}, made no connection to api.example.com (no answer within 20 ms)`,
    });
  });

  test("is named when the time of the attempt is over: nothing was sent", async () => {
    const clock = createVirtualClock();
    const { port, asked } = await silentProxy();
    const client = makeClient(SERVICE, { clock, attemptTimeoutMs: 3_000 });
    const sent = failureOf(client.send(POST, makeContext()));
    await asked;
    await clock.advance(3_000);
    expect(await sent).toMatchObject({
      ...{ ...CERTAIN, code: "timeout" },
      reason: `no connection to api.example.com by way of the proxy 127.0.0.1:${port} was made within 3000 ms`,
    });
  });
});

test.each([
  [
    { message: "getaddrinfo ENOTFOUND proxy.example", code: "ENOTFOUND", hostname: "proxy.example" },
    "the connection to api.example.com by way of proxy.example could not be made (ENOTFOUND)",
  ],
  [
    { message: "getaddrinfo ENOTFOUND api.example.com", code: "ENOTFOUND", hostname: "api.example.com" },
    "the connection to api.example.com could not be made (ENOTFOUND)",
  ],
  [
    { message: "connect ECONNREFUSED ::1:443", code: "ECONNREFUSED", address: "::1", port: 443 },
    "the connection to api.example.com was refused (ECONNREFUSED)",
  ],
])("what a fetch throws: %j", async (inner, reason) => {
  const cause = Object.assign(new Error(), inner);
  const fetch = () => Promise.reject(new TypeError("fetch failed", { cause }));
  const error = await failureOf(makeClient(SERVICE, { fetch }).send(POST, makeContext()));
  expect(error).toMatchObject({ ...CERTAIN, reason });
});
