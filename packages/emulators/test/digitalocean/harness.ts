import { afterEach } from "vitest";
import { createDigitalOceanEmulator, type DigitalOceanOptions } from "../../src/digitalocean/index.ts";
import { createVirtualClock, type VirtualClock } from "../../src/kit/clock.ts";
import type { Emulator } from "../../src/kit/emulator-types.ts";

/** A JSON value, read without ceremony. */
// biome-ignore lint/suspicious/noExplicitAny: answers are looked at member by member
export type Json = any;

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}

export interface Server {
  readonly emulator: Emulator;
  readonly clock: VirtualClock;
  readonly url: string;
  call(method: string, target: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  /** Creates a volume and returns it. */
  volume(name: string, more?: Record<string, unknown>): Promise<Json>;
  snapshot(volumeId: string, name: string): Promise<Json>;
}

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A fresh emulator on a port, on a virtual clock, without quotas, closed after the test. */
export async function serve(options: DigitalOceanOptions = {}): Promise<Server> {
  const clock = createVirtualClock(Date.UTC(2026, 7, 1, 10));
  const emulator = createDigitalOceanEmulator({ tokens: ["T"], quotaPerMinute: 0, clock, ...options });
  const listener = await emulator.listen();
  closers.push(() => listener.close());

  async function call(
    method: string,
    target: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    const response = await fetch(listener.url + target, {
      method,
      headers: { authorization: "Bearer T", "content-type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === "" ? undefined : JSON.parse(text),
    };
  }

  return {
    emulator,
    clock,
    url: listener.url,
    call,
    async volume(name, more = {}) {
      const reply = await call("POST", "/v2/volumes", { name, region: "nyc3", size_gigabytes: 10, ...more });
      if (reply.status !== 201) throw new Error(JSON.stringify(reply.body));
      return reply.body.volume;
    },
    async snapshot(volumeId, name) {
      const reply = await call("POST", `/v2/volumes/${volumeId}/snapshots`, { name });
      if (reply.status !== 201) throw new Error(JSON.stringify(reply.body));
      return reply.body.snapshot;
    },
  };
}

/** What an error answer says: status, slug and text. */
export function errorOf({ status, body }: Reply): [status: number, slug: string, message: string] {
  return [status, body.id, body.message];
}
