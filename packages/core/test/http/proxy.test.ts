import { createServer } from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { failureOf } from "../../../../scripts/test/failure-of.ts";
import { anything, makeClient, makeContext } from "./kit.ts";

const POST = { method: "POST", path: "/v1/things", body: {}, response: anything } as const;
const SERVICE = "https://api.example.com";
const CERTAIN = { code: "unavailable", outcome: "not_applied", retryable: true };

test("a proxy that is not there is not taken for the service", async () => {
  const gone = createServer();
  await new Promise<void>((resolve) => gone.listen(0, "127.0.0.1", resolve));
  const { port } = gone.address() as AddressInfo;
  gone.close();
  const usual = https.globalAgent;
  https.globalAgent = new https.Agent({ proxyEnv: { HTTPS_PROXY: `http://127.0.0.1:${port}` } });
  onTestFinished(() => {
    https.globalAgent = usual;
  });
  const error = await failureOf(makeClient(SERVICE).send(POST, makeContext()));
  expect(error).toMatchObject({
    ...CERTAIN,
    reason: `the connection to api.example.com by way of 127.0.0.1:${port} was refused (ECONNREFUSED)`,
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
