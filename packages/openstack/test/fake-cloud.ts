/** A Keystone and a Cinder that answer as a test says, over real HTTP: for what the real ones cannot be made to do. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { PolyvolEvent } from "@polyvol/core";
import { createVirtualClock, type VirtualClock } from "@polyvol/core/driver";
import { createOpenStackStorage, type OpenStackStorageOptions } from "@polyvol/openstack";
import { onTestFinished } from "vitest";

export const PROJECT = "2580aba8f16f492685d4312e436c6ab2";
export const SECRET = "correct-horse-battery-staple";
export const VOLUME_ID = "593fc166-8aaf-42a5-9ada-b650ebf76807";
export const SNAPSHOT_ID = "c0c9d672-9bd0-4bc9-b976-c0946e156873";

export interface Asked {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: unknown;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface FakeCloud {
  readonly url: string;
  readonly clock: VirtualClock;
  /** All requests so far. */
  readonly asked: readonly Asked[];
  readonly events: readonly PolyvolEvent[];
  /** Requests of block storage: `GET /volumes/detail`, without version and project. */
  readonly seen: readonly string[];
  readonly storage: ReturnType<typeof createOpenStackStorage>;
  storageWith(options: OpenStackStorageOptions): ReturnType<typeof createOpenStackStorage>;
}

/** What block storage answers; `path` is without version and project. */
export type Respond = (asked: Asked, path: string) => Answer | undefined;

export interface FakeSettings {
  /** `undefined`: 404 in Cinder's words. */
  readonly cinder?: Respond;
  readonly keystone?: (asked: Asked, usual: Answer) => Answer;
  readonly catalogue?: (url: string) => readonly object[];
  /** Newest microversion. `null`: the list cannot be had. */
  readonly newest?: string | null;
}

export const refusal = (status: number, kind: string, message: string): Answer => ({
  status,
  body: { [kind]: { code: status, message } },
});

export const volume = (fields: object = {}): object => ({
  ...{ id: VOLUME_ID, name: "db", status: "available", size: 1, created_at: "2026-11-29T14:54:28.116000" },
  ...{ attachments: [], metadata: {}, availability_zone: "nova", volume_type: "__DEFAULT__" },
  ...{ snapshot_id: null, source_volid: null, description: null, bootable: "false", encrypted: false },
  ...fields,
});

export const snapshot = (fields: object = {}): object => ({
  ...{ id: SNAPSHOT_ID, name: "s1", status: "available", size: 1, volume_id: VOLUME_ID },
  ...{ created_at: "2026-11-29T14:54:33.061000", description: null, metadata: {} },
  ...fields,
});

/** One volume and its snapshots; what else is asked for is answered by `changes`. */
export function holding(
  seen: { volume?: object | null; snapshots?: readonly object[]; creating?: readonly object[] },
  changes: (key: string, body: unknown) => Answer | undefined,
): Respond {
  return ({ method, query, body }, path) => {
    const { snapshots = [], creating = [] } = seen;
    const changed = changes(`${method} ${path}`, body);
    if (changed !== undefined) return changed;
    if (method !== "GET") return undefined;
    if (path === "/volumes/detail")
      return { body: { volumes: query.get("status") === "creating" ? creating : [] } };
    if (path === `/volumes/${VOLUME_ID}` && seen.volume !== null)
      return { body: { volume: volume(seen.volume) } };
    if (path === "/snapshots/detail") return { body: { snapshots } };
    const one = snapshots.find((each) => path === `/snapshots/${(each as { id: string }).id}`);
    return one === undefined ? undefined : { body: { snapshot: one } };
  };
}

export function cinderEntries(url: string, region = "local"): readonly object[] {
  const endpoints = [{ interface: "public", region, region_id: region, url: `${url}/v3/${PROJECT}` }];
  return [
    { type: "identity", endpoints: [] },
    { type: "volumev3", endpoints },
    { type: "block-storage", endpoints },
  ];
}

export async function startCloud(settings: FakeSettings = {}): Promise<FakeCloud> {
  const { cinder = () => undefined, keystone = (_, usual) => usual, catalogue = cinderEntries } = settings;
  const clock = createVirtualClock();
  clock.runFreely();
  const asked: Asked[] = [];
  const events: PolyvolEvent[] = [];
  let url = "";
  let tokens = 0;

  function answerTo(request: Asked): Answer {
    if (request.path === "/identity/v3/auth/tokens") {
      tokens += 1;
      const body = {
        token: {
          issued_at: "2026-11-29T14:00:00.000000Z",
          expires_at: "2026-11-29T15:00:00.000000Z",
          project: { id: PROJECT },
          catalog: catalogue(url),
        },
      };
      return keystone(request, {
        status: 201,
        headers: { "x-subject-token": `token-number-${tokens}` },
        body,
      });
    }
    if (request.path === "/v3/") {
      const { newest = "3.70" } = settings;
      if (newest === null) return { status: 404, body: { message: "nothing here" } };
      return { body: { versions: [{ id: "v3.0", status: "CURRENT", version: newest, min_version: "3.0" }] } };
    }
    const { "openstack-api-version": spoken = "volume 3.0" } = request.headers;
    const [, minor = ""] = /^volume 3\.(\d+)$/.exec(spoken) ?? [];
    const { newest } = settings;
    if (typeof newest === "string" && Number(minor) > Number(newest.split(".")[1])) {
      return refusal(406, "computeFault", `Version 3.${minor} is not supported by the API.`);
    }
    const path = request.path.replace(`/v3/${PROJECT}`, "");
    const answer = cinder(request, path) ?? refusal(404, "itemNotFound", "Volume x could not be found.");
    // Something in between that keeps the list from us may keep this from us, too.
    if (newest === null) return answer;
    return { ...answer, headers: { "openstack-api-version": spoken, ...answer.headers } };
  }

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const target = new URL(request.url ?? "", "http://cloud");
    const { method = "" } = request;
    const headers = request.headers as Asked["headers"];
    const one = { method, path: target.pathname, query: target.searchParams, headers };
    asked.push({ ...one, body: text === "" ? undefined : JSON.parse(text) });
    const { status = 200, headers: given = {}, body } = answerTo(asked.at(-1) as Asked);
    const type = body === undefined ? {} : { "content-type": "application/json" };
    response.writeHead(status, { "x-openstack-request-id": `req-${asked.length}`, ...type, ...given });
    response.end(body === undefined ? "" : JSON.stringify(body));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });

  const storageWith = (options: OpenStackStorageOptions): ReturnType<typeof createOpenStackStorage> =>
    createOpenStackStorage({
      ...{ authUrl: `${url}/identity`, clock, settleMs: 100, random: () => 0.5 },
      onEvent: (event) => events.push(event),
      ...options,
    });
  return {
    url,
    clock,
    asked,
    events,
    get seen() {
      const within = `/v3/${PROJECT}`;
      const own = asked.filter(({ path }) => path.startsWith(within));
      return own.map(({ method, path }) => `${method} ${path.slice(within.length)}`);
    },
    storage: storageWith({ username: "demo", password: SECRET, projectName: "demo" }),
    storageWith,
  };
}
