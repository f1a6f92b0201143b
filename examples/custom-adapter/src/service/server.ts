/**
 * Attic: an invented block-storage service, so that this example has a provider of its own. It knows nothing of
 * Polyvol. What is peculiar about it, and what the driver therefore has to say or to translate:
 *
 * - Sizes are counted in blocks of 4 GiB, times in seconds, and regions are called rooms.
 * - A volume is ready when its creation is answered, and the whole account can have its name only once.
 * - A volume grows after the answer; its own state says when that is over.
 * - A snapshot is made by a job that has a record of its own. Any number of snapshots may share a name, and a new one
 *   shows up in listings half a second after its creation was answered. It keeps a `client_ref` that the client chose.
 * - Deletes are over when they are answered. What is busy answers 409, and a full account 507.
 * - Pages are asked for by a cursor that the page before gave.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import {
  type AccountOptions,
  type AtticSnapshot,
  type AtticVolume,
  createAccount,
  type Json,
  Refusal,
} from "./account.ts";

/** What goes wrong with the next `count` requests of this method and path. */
export interface AtticFault {
  readonly method: string;
  readonly path: RegExp;
  readonly count: number;
  /** Whether the request is carried out first. */
  readonly carriedOut: boolean;
  /** The connection is cut, another answer is given, or the answer is changed. */
  readonly answer: "cut" | { readonly status: number; readonly problem?: string } | ((answer: Json) => Json);
}

export interface AtticRequest {
  readonly method: string;
  readonly path: string;
  readonly body: Json;
}

export interface AtticOptions extends AccountOptions {
  readonly token: string;
}

export interface Attic {
  readonly url: string;
  readonly requests: readonly AtticRequest[];
  volumes(): readonly AtticVolume[];
  snapshots(): readonly AtticSnapshot[];
  inject(fault: AtticFault): void;
  /** Lets the next `count` works of this kind fail in the end. */
  failWork(kind: "grow" | "copy", count: number): void;
  clearFaults(): void;
  /** How many faults of `inject` have struck nothing so far. */
  waitingFaults(): number;
  close(): Promise<void>;
}

/** How much may be asked of the account. */
const REQUESTS_PER_MINUTE = 600;

/** Starts Attic on a free port of this machine. */
export async function startAttic(options: AtticOptions): Promise<Attic> {
  const { now, token } = options;
  const account = createAccount(options);
  const requests: AtticRequest[] = [];
  let faults: (AtticFault & { readonly hasStruck?: true })[] = [];
  let recent: number[] = [];

  function route(method: string, parts: readonly string[], query: URLSearchParams, body: Json): Answer {
    const [kind = "", id = "", verb = ""] = parts;
    const is = (key: string, value: string): boolean => (query.get(key) ?? value) === value;
    switch ([method, kind, id && "*", verb].filter(Boolean).join(" ")) {
      case "GET about":
        return { status: 200, json: { attic: "2" } };
      case "GET volumes": {
        const found = account.allVolumes().filter((each) => is("name", each.name) && is("room", each.room));
        return { status: 200, json: pageOf(found, query) };
      }
      case "POST volumes":
        return { status: 201, json: { ...account.createVolume(body) } };
      case "GET volumes *":
        return { status: 200, json: { ...account.volumeOf(id) } };
      case "DELETE volumes *":
        account.deleteVolume(id);
        return { status: 204 };
      case "POST volumes * grow":
        return { status: 202, json: { ...account.growVolume(id, body) } };
      case "GET snapshots": {
        const found = account.listedSnapshots().filter((each) => is("volume", each.volume));
        return { status: 200, json: pageOf(found, query) };
      }
      case "POST snapshots":
        return { status: 202, json: account.createSnapshot(body) };
      case "GET snapshots *":
        return { status: 200, json: { ...account.snapshotOf(id) } };
      case "DELETE snapshots *":
        account.deleteSnapshot(id);
        return { status: 204 };
      case "GET jobs *":
        return { status: 200, json: account.jobOf(id) };
      default:
        throw new Refusal(404, "no_such_path");
    }
  }

  function carryOut(message: IncomingMessage, url: URL, body: Json): Answer {
    try {
      if (message.headers.authorization !== `Bearer ${token}`) throw new Refusal(401, "bad_token");
      recent = [...recent.filter((at) => at > now() - 60_000), now()];
      if (recent.length > REQUESTS_PER_MINUTE) throw new Refusal(429, "slow_down");
      const parts = url.pathname.split("/").slice(1).map(decodeURIComponent);
      return route(message.method ?? "GET", parts, url.searchParams, body);
    } catch (error) {
      if (error instanceof Refusal) return { status: error.status, json: { problem: error.problem } };
      throw error;
    }
  }

  function takeFault(method: string, path: string): AtticFault | undefined {
    const fault = faults.find((each) => each.method === method && each.path.test(path));
    if (fault === undefined) return undefined;
    faults = faults.flatMap((each) => {
      if (each !== fault) return [each];
      return each.count > 1 ? [{ ...each, count: each.count - 1, hasStruck: true }] : [];
    });
    return fault;
  }

  function send(response: ServerResponse, { status, json }: Answer): void {
    response.writeHead(status, {
      "content-type": "application/json",
      "attic-request": account.newId("r"),
      // Its own clock, which in tests is not the machine's.
      date: new Date(now()).toUTCString(),
      ...(status === 429 ? { "retry-after": "10" } : {}),
    });
    response.end(json === undefined ? undefined : JSON.stringify(json));
  }

  async function handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = "";
    for await (const chunk of message.setEncoding("utf8")) text += chunk;
    const url = new URL(message.url ?? "/", "http://attic.invalid");
    const method = message.method ?? "GET";
    const body = (text === "" ? {} : JSON.parse(text)) as Json;
    requests.push({ method, path: url.pathname, body });
    const fault = takeFault(method, url.pathname);
    const answer = fault === undefined || fault.carriedOut ? carryOut(message, url, body) : { status: 200 };
    const instead = fault?.answer;
    if (instead === undefined) send(response, answer);
    else if (instead === "cut") message.socket.destroy();
    else if (typeof instead === "function") send(response, { ...answer, json: instead(answer.json ?? {}) });
    else
      send(
        response,
        instead.problem === undefined ? instead : { ...instead, json: { problem: instead.problem } },
      );
  }

  const server = createServer((message, response) => {
    handle(message, response).catch(() => send(response, { status: 500 }));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    volumes: account.allVolumes,
    snapshots: account.allSnapshots,
    inject: (fault) => {
      faults = [...faults, fault];
    },
    failWork: account.failWork,
    clearFaults: () => {
      faults = [];
      account.failWork("grow", 0);
      account.failWork("copy", 0);
    },
    waitingFaults: () => faults.filter((each) => each.hasStruck === undefined).length,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

interface Answer {
  readonly status: number;
  readonly json?: Json;
}

/** Pages go on after an id; ids only grow, so a cursor stays good when its item is deleted. */
function pageOf<T extends { readonly id: string }>(items: readonly T[], query: URLSearchParams): Json {
  const size = Number(query.get("size") ?? 20);
  const after = query.get("cursor");
  if (after !== null && !/^after-\w+$/.test(after)) throw new Refusal(400, "bad_cursor");
  const rest = after === null ? items : items.filter((each) => `after-${each.id}` > after);
  const page = rest.slice(0, size);
  const last = page.at(-1);
  return { items: page, ...(rest.length > size && last ? { next: `after-${last.id}` } : {}) };
}
