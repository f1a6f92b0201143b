import { createHmac } from "node:crypto";
import { createVirtualClock, type VirtualClock } from "../../src/kit/clock.ts";
import type { Emulator } from "../../src/kit/emulator-types.ts";
import { createSamsungScpEmulator, type SamsungScpEmulatorOptions } from "../../src/samsung-scp/index.ts";

export const ACCESS_KEY = "AKTESTEXAMPLE0001";
export const SECRET_KEY = "test-secret-key-not-real-0001";
export const SERVER = "b13531ca-99ec-4aa5-a2dd-a85665b0a358";
export const OTHER_SERVER = "2a9be312-5d4b-4bc8-b2ae-35100fa9241f";
export const HOST = "http://scp.test";
export const UNKNOWN = "00000000-0000-4000-8000-00000000dead";

/** Written apart from the emulator's own signing, so that one mistake cannot hide in both. */
export function sign(secret: string, ...parts: readonly string[]): string {
  return createHmac("sha256", secret).update(parts.join("")).digest("base64");
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any;
}

export interface Ask {
  readonly body?: unknown;
  /** Default 1.3; null sends no version header. */
  readonly version?: string | null;
  readonly accessKey?: string;
  readonly secretKey?: string;
  /** Added to the headers, or, with undefined, left out of them. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly base?: string;
  readonly language?: string;
}

export interface Scp {
  readonly emulator: Emulator;
  readonly clock: VirtualClock;
  call(method: string, target: string, ask?: Ask): Promise<Reply>;
  /** Makes a volume, waits until it is available, and returns its id. */
  volume(body?: Record<string, unknown>): Promise<string>;
  /** The same for a snapshot. */
  snapshot(volumeId: string, body?: Record<string, unknown>): Promise<string>;
}

/** An emulator on a virtual clock, asked in process. */
export function startScp(options: Partial<SamsungScpEmulatorOptions> = {}): Scp {
  const clock = createVirtualClock(Date.UTC(2026, 5, 1));
  const emulator = createSamsungScpEmulator({
    accessKey: ACCESS_KEY,
    secretKey: SECRET_KEY,
    servers: [SERVER, OTHER_SERVER],
    clock,
    ...options,
  });
  const send = (url: string, init: RequestInit): Promise<Response> => emulator.fetch(url, init);
  const call = (method: string, target: string, ask: Ask = {}): Promise<Reply> =>
    request(send, () => clock.now(), method, target, ask);
  const settle = async (reply: Reply, ms: number): Promise<string> => {
    if (reply.status !== 202) throw new Error(reply.text);
    await clock.advance(ms);
    return reply.body.id;
  };
  return {
    emulator,
    clock,
    call,
    volume: async (body = {}) =>
      settle(await call("POST", "/v1/volumes", { body: { name: "data", size: 16, ...body } }), 2000),
    snapshot: async (volumeId, body = {}) =>
      settle(
        await call("POST", "/v1/snapshots", { body: { name: "snap", volume_id: volumeId, ...body } }),
        3000,
      ),
  };
}

/** Signs and sends one request. */
export async function request(
  send: (url: string, init: RequestInit) => Promise<Response>,
  now: () => number,
  method: string,
  target: string,
  ask: Ask = {},
): Promise<Reply> {
  const { accessKey = ACCESS_KEY, secretKey = SECRET_KEY, base = HOST, version = "1.3", body } = ask;
  const timestamp = String(now());
  const headers = new Headers({
    "Scp-Accesskey": accessKey,
    "Scp-Timestamp": timestamp,
    "Scp-ClientType": "Openapi",
    "Scp-Signature": sign(secretKey, method, base, target, timestamp, accessKey, "Openapi"),
    "Accept-Language": ask.language ?? "en-US",
  });
  if (version !== null) headers.set("Scp-Api-Version", `virtualserver ${version}`);
  if (body !== undefined) headers.set("Content-Type", "application/json");
  for (const [name, value] of Object.entries(ask.headers ?? {}))
    if (value === undefined) headers.delete(name);
    else headers.set(name, value);
  const init: RequestInit = { method, headers };
  if (body !== undefined) init.body = typeof body === "string" ? body : JSON.stringify(body);
  const response = await send(base + target, init);
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: parse(text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
