/** The token goes to the API, and nowhere else. */
import { inspect } from "node:util";
import { PolyvolError, type PolyvolEvent } from "@polyvol/core";
import { expect, test } from "vitest";
import { createDigitalOceanDriver, createDigitalOceanStorage, digitalOcean } from "../src/index.ts";
import { openCloud, TOKEN } from "./cloud.ts";

const FORMS = [TOKEN, TOKEN.slice("dop_v1_".length), ...["base64", "base64url"].map(encoded)];

function encoded(encoding: string): string {
  return Buffer.from(TOKEN).toString(encoding as BufferEncoding);
}

function everythingOf(value: unknown): string {
  const shown = inspect(value, { depth: 20, showHidden: true, getters: true });
  const nested = value instanceof Error ? `${value.stack}${everythingOf(value.cause)}` : "";
  return `${shown}${JSON.stringify(value) ?? ""}${String(value)}${nested}`;
}

function expectNoSecret(value: unknown): void {
  const text = everythingOf(value);
  for (const form of FORMS) expect(text).not.toContain(form);
}

const sources = {
  "a value": TOKEN,
  "a callback": () => TOKEN,
} as const;

for (const [from, token] of Object.entries(sources)) {
  test(`from ${from}: not in storages, drivers, events and errors of every kind`, async () => {
    const events: PolyvolEvent[] = [];
    const options = { onEvent: (event: PolyvolEvent) => events.push(event), retry: { maxAttempts: 2 } };
    const { storage, driver, emulator } = await openCloud({}, { ...options, token });
    expectNoSecret(storage);
    expectNoSecret(driver);
    expectNoSecret(digitalOcean(storage));
    const echo = { id: TOKEN, message: `no: Bearer ${TOKEN} is ${encoded("base64")}`, request_id: TOKEN };
    const faults = [
      { kind: "answer", status: 401, body: echo },
      { kind: "answer", status: 403, body: echo },
      { kind: "answer", status: 409, body: echo },
      { kind: "answer", status: 422, body: echo },
      { kind: "answer", status: 429, body: echo, headers: { "x-request-id": TOKEN } },
      {
        kind: "answer",
        status: 500,
        body: `<p>Authorization: Bearer ${TOKEN}</p>`,
        headers: { "content-type": "text/html" },
      },
      { kind: "answer", status: 200, body: { volumes: TOKEN } },
      { kind: "answer", status: 200, body: `Bearer ${TOKEN}`, headers: { "content-type": "text/plain" } },
      { kind: "answer", status: 307, body: "", headers: { location: `https://example.com/${TOKEN}` } },
      { kind: "truncate" },
      { kind: "html" },
      { kind: "cut-after" },
      { kind: "refuse" },
    ] as const;
    for (const fault of faults) {
      emulator.faults.add(fault);
      const works = [
        storage.volumes.list().toArray(),
        storage.volumes.create({ name: "data", sizeGiB: 1 }, { timeoutMs: 30_000 }),
        digitalOcean(storage).listSnapshots(),
      ];
      for (const outcome of await Promise.allSettled(works)) {
        expect(outcome.status, JSON.stringify(fault)).toBe("rejected");
        if (outcome.status === "rejected") expectNoSecret(outcome.reason);
      }
      emulator.faults.clear();
    }
    expect(events.length).toBeGreaterThan(50);
    expectNoSecret(events);
  });
}

test("a callback that fails, or gives something that is no token", async () => {
  const { options } = await openCloud();
  const callbacks = [
    () => `${TOKEN}\n`,
    () => Promise.reject(new Error("the vault is sealed")),
    () => undefined as unknown as string,
  ];
  for (const token of callbacks) {
    const error: unknown = await createDigitalOceanStorage({ ...options, token })
      .checkHealth()
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PolyvolError);
    expect(error).toMatchObject({ code: "unauthenticated", retryable: false });
    expectNoSecret(error);
  }
});

test("wrong options do not show it", () => {
  const attempts = [
    { token: `${TOKEN} ` },
    { token: TOKEN, region: 3 },
    { token: TOKEN, baseUrl: `http://example.com/${TOKEN}` },
    { token: TOKEN, unknown: true },
  ];
  for (const options of attempts) {
    try {
      createDigitalOceanDriver(options as Parameters<typeof createDigitalOceanDriver>[0]);
      expect.unreachable("it should have been refused");
    } catch (error) {
      expect(error).toBeInstanceOf(PolyvolError);
      if (!("baseUrl" in options)) expectNoSecret(error);
    }
  }
});
