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

export interface AtticVolume {
  readonly id: string;
  readonly name: string;
  readonly room: string;
  readonly blocks: number;
  readonly state: "stored" | "growing" | "broken";
  readonly created: number;
  readonly note?: string;
  readonly made_from?: string;
}

export interface AtticSnapshot {
  readonly id: string;
  readonly name: string;
  readonly volume: string;
  readonly room: string;
  readonly blocks: number;
  readonly state: "copying" | "ready" | "broken";
  readonly created: number;
  readonly client_ref?: string;
}

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

export interface AtticOptions {
  readonly token: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** How long growing a volume and copying a snapshot take, in milliseconds. */
  readonly workMs: number;
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

export type Json = Readonly<Record<string, unknown>>;

/** What the account may hold, and how much may be asked of it. */
const ROOMS = ["north", "south"];
const MAX_BLOCKS = 1024;
const SNAPSHOTS_PER_VOLUME = 5;
const REQUESTS_PER_MINUTE = 600;
const LISTING_LAG_MS = 500;

/** Work that is over by itself once its time has come. */
interface Work {
  readonly endsAt: number;
  readonly fails: boolean;
}

class Refusal extends Error {
  readonly status: number;
  readonly problem: string;
  constructor(status: number, problem: string) {
    super(problem);
    this.status = status;
    this.problem = problem;
  }
}

/** Starts Attic on a free port of this machine. */
export async function startAttic(options: AtticOptions): Promise<Attic> {
  const { now, token, workMs } = options;
  const volumes = new Map<string, AtticVolume & { readonly work?: Work & { readonly blocks: number } }>();
  const snapshots = new Map<string, AtticSnapshot & { readonly work: Work; readonly job: string }>();
  const requests: AtticRequest[] = [];
  let faults: (AtticFault & { readonly hasStruck?: true })[] = [];
  let failing = { grow: 0, copy: 0 };
  let recent: number[] = [];
  let lastId = 0;

  const seconds = (): number => Math.floor(now() / 1_000);
  const isOver = (work: Work | undefined): boolean => work === undefined || work.endsAt <= now();

  function newId(letter: string): string {
    lastId += 1;
    return `${letter}${String(lastId).padStart(6, "0")}`;
  }

  function begin(kind: "grow" | "copy"): Work {
    const fails = failing[kind] > 0;
    if (fails) failing = { ...failing, [kind]: failing[kind] - 1 };
    return { endsAt: now() + workMs, fails };
  }

  function volumeOf(id: string): AtticVolume {
    const stored = volumes.get(id);
    if (stored === undefined) throw new Refusal(404, "no_such_volume");
    const { work, ...volume } = stored;
    if (work === undefined) return volume;
    if (!isOver(work)) return { ...volume, state: "growing" };
    return work.fails ? { ...volume, state: "broken" } : { ...volume, blocks: work.blocks };
  }

  function snapshotOf(id: string): AtticSnapshot {
    const stored = snapshots.get(id);
    if (stored === undefined) throw new Refusal(404, "no_such_snapshot");
    const { work, job: _, ...snapshot } = stored;
    if (!isOver(work)) return { ...snapshot, state: "copying" };
    return { ...snapshot, state: work.fails ? "broken" : "ready" };
  }

  const allVolumes = (): readonly AtticVolume[] => [...volumes.keys()].map(volumeOf);
  const allSnapshots = (): readonly AtticSnapshot[] => [...snapshots.keys()].map(snapshotOf);

  function createVolume(body: Json): AtticVolume {
    const { name, room, blocks, note, made_from } = body;
    if (typeof name !== "string" || !/^[a-z0-9][a-z0-9-]{0,39}$/.test(name))
      throw new Refusal(422, "bad_name");
    if (typeof room !== "string" || !ROOMS.includes(room)) throw new Refusal(422, "no_such_room");
    if (!isBlocks(blocks)) throw new Refusal(422, "bad_blocks");
    if (allVolumes().some((each) => each.name === name)) throw new Refusal(409, "name_taken");
    const source = typeof made_from === "string" ? snapshotOf(made_from) : undefined;
    if (source !== undefined && source.state !== "ready") throw new Refusal(409, "busy");
    if (source !== undefined && source.blocks > blocks) throw new Refusal(422, "bad_blocks");
    const id = newId("v");
    const volume = { id, name, room, blocks, state: "stored" as const, created: seconds() };
    volumes.set(id, {
      ...volume,
      ...(typeof note === "string" ? { note } : {}),
      ...(source === undefined ? {} : { made_from: source.id }),
    });
    return volumeOf(id);
  }

  function growVolume(id: string, { blocks }: Json): AtticVolume {
    const volume = volumeOf(id);
    if (volume.state !== "stored") throw new Refusal(409, "busy");
    if (!isBlocks(blocks) || blocks <= volume.blocks) throw new Refusal(422, "bad_blocks");
    volumes.set(id, { ...volume, work: { ...begin("grow"), blocks } });
    return volumeOf(id);
  }

  function deleteVolume(id: string): void {
    const copied = allSnapshots().some((each) => each.volume === id && each.state === "copying");
    if (copied || volumeOf(id).state === "growing") throw new Refusal(409, "busy");
    volumes.delete(id);
  }

  function createSnapshot({ volume: volumeId, name, client_ref }: Json): Json {
    if (typeof name !== "string" || name === "" || name.length > 80) throw new Refusal(422, "bad_name");
    const volume = volumeOf(String(volumeId));
    if (volume.state === "growing") throw new Refusal(409, "busy");
    const siblings = allSnapshots().filter((each) => each.volume === volume.id);
    if (siblings.length >= SNAPSHOTS_PER_VOLUME) throw new Refusal(507, "shelf_full");
    const id = newId("s");
    const job = newId("j");
    snapshots.set(id, {
      ...{ id, name, volume: volume.id, room: volume.room, blocks: volume.blocks },
      ...{ state: "copying", created: seconds() },
      ...(typeof client_ref === "string" ? { client_ref } : {}),
      ...{ work: begin("copy"), job },
    });
    return { snapshot: snapshotOf(id), job };
  }

  function deleteSnapshot(id: string): void {
    if (snapshotOf(id).state === "copying") throw new Refusal(409, "busy");
    snapshots.delete(id);
  }

  function jobOf(id: string): Json {
    const made = [...snapshots.values()].find((each) => each.job === id);
    if (made === undefined) throw new Refusal(404, "no_such_job");
    if (!isOver(made.work)) return { state: "running" };
    return made.work.fails ? { state: "failed", problem: "the copy broke off" } : { state: "done" };
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

  function route(method: string, parts: readonly string[], query: URLSearchParams, body: Json): Answer {
    const [kind = "", id = "", verb = ""] = parts;
    const is = (key: string, value: string): boolean => (query.get(key) ?? value) === value;
    const isListed = (each: AtticSnapshot): boolean =>
      (snapshots.get(each.id)?.work.endsAt ?? 0) - workMs + LISTING_LAG_MS <= now();
    switch ([method, kind, id && "*", verb].filter(Boolean).join(" ")) {
      case "GET about":
        return { status: 200, json: { attic: "2" } };
      case "GET volumes": {
        const found = allVolumes().filter((each) => is("name", each.name) && is("room", each.room));
        return { status: 200, json: pageOf(found, query) };
      }
      case "POST volumes":
        return { status: 201, json: { ...createVolume(body) } };
      case "GET volumes *":
        return { status: 200, json: { ...volumeOf(id) } };
      case "DELETE volumes *":
        deleteVolume(id);
        return { status: 204 };
      case "POST volumes * grow":
        return { status: 202, json: { ...growVolume(id, body) } };
      case "GET snapshots": {
        const found = allSnapshots().filter((each) => is("volume", each.volume) && isListed(each));
        return { status: 200, json: pageOf(found, query) };
      }
      case "POST snapshots":
        return { status: 202, json: createSnapshot(body) };
      case "GET snapshots *":
        return { status: 200, json: { ...snapshotOf(id) } };
      case "DELETE snapshots *":
        deleteSnapshot(id);
        return { status: 204 };
      case "GET jobs *":
        return { status: 200, json: jobOf(id) };
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
      "attic-request": newId("r"),
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
    volumes: allVolumes,
    snapshots: allSnapshots,
    inject: (fault) => {
      faults = [...faults, fault];
    },
    failWork: (kind, count) => {
      failing = { ...failing, [kind]: count };
    },
    clearFaults: () => {
      faults = [];
      failing = { grow: 0, copy: 0 };
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

function isBlocks(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MAX_BLOCKS;
}
