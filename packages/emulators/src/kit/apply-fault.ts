import { gzipSync } from "node:zlib";
import { realClock } from "./clock.ts";
import type { Fault, FaultAnswer, FaultMoment } from "./fault.ts";
import { httpDate, type ResponseStream, type SentResponse, type ServedResponse } from "./served-response.ts";
import type { Clock, ServiceRequest } from "./service.ts";

/** What a fault makes the service see in place of the request's own. */
type RequestChanges = Partial<Pick<ServiceRequest, "query" | "staleMs" | "staleReadMs">>;

/** What a fault may do with the request that it struck. */
export interface FaultScene {
  readonly clock: Clock;
  readonly request: ServiceRequest;
  /** Lets the service process the request now, with `changes` to how it sees the request. */
  commit(changes?: RequestChanges): SentResponse | Promise<SentResponse>;
  /** Lets the service process the request in `ms` on the clock, unless the emulator is reset before. */
  commitLater(ms: number): void;
  /** The provider's own answer with a status, without touching the state. */
  failure(status: number): SentResponse;
}

const HTML = "<!doctype html><html><head><title>Sign in</title></head><body><h1>Sign in</h1></body></html>\n";

function given(scene: FaultScene, answer: FaultAnswer): SentResponse {
  const usual = scene.failure(answer.status);
  const own = Object.fromEntries(
    Object.entries(answer.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const { body } = answer;
  if (body === undefined) return { ...usual, headers: { ...usual.headers, ...own } };
  const type = typeof body === "string" ? "text/plain; charset=utf-8" : "application/json";
  return {
    status: answer.status,
    headers: { ...usual.headers, "content-type": type, ...own },
    body: typeof body === "string" ? body : JSON.stringify(body),
  };
}

function otherQuery(
  sent: URLSearchParams,
  { remove = [], set = {}, atMost = {} }: Extract<Fault, { kind: "query" }>,
): URLSearchParams {
  const query = new URLSearchParams(sent);
  for (const name of remove) query.delete(name);
  for (const [name, value] of Object.entries(set)) query.set(name, value);
  for (const [name, most] of Object.entries(atMost))
    if (Number(query.get(name) ?? 0) > most) query.set(name, String(most));
  return query;
}

async function instead(
  scene: FaultScene,
  when: FaultMoment | undefined,
  answer: () => SentResponse,
): Promise<SentResponse> {
  if (when === "after") await scene.commit();
  return answer();
}

function streamed(
  scene: FaultScene,
  stream: SentResponse["stream"],
  headers: Record<string, string> = {},
): SentResponse {
  const usual = scene.failure(200);
  return {
    status: 200,
    headers: { ...usual.headers, "content-type": "application/json", ...headers },
    body: "",
    ...(stream === undefined ? {} : { stream }),
  };
}

function withHeaders(
  answer: SentResponse,
  set: Readonly<Record<string, string>>,
  remove: readonly string[] = [],
): SentResponse {
  const headers: Record<string, string> = { ...answer.headers };
  for (const name of remove) delete headers[name.toLowerCase()];
  for (const [name, value] of Object.entries(set)) headers[name.toLowerCase()] = value;
  return { ...answer, headers };
}

/** Carries out one fault. Waiting is on the emulator's clock unless the fault says `time: "real"`. */
export async function applyFault(fault: Fault, scene: FaultScene): Promise<ServedResponse> {
  const wait = (ms: number, time: "clock" | "real" | undefined): Promise<void> =>
    (time === "real" ? realClock : scene.clock).sleep(ms);
  switch (fault.kind) {
    case "refuse":
      return { cut: "refused" };
    case "cut-before":
      return { cut: "reset" };
    case "cut-after":
      await scene.commit();
      return { cut: "reset" };
    case "delay-before":
      await wait(fault.ms, fault.time);
      return scene.commit();
    case "delay-after": {
      const answer = await scene.commit();
      await wait(fault.ms, fault.time);
      return answer;
    }
    case "commit-late":
      scene.commitLater(fault.ms);
      return fault.answer === undefined ? { cut: "reset" } : given(scene, fault.answer);
    case "slow-body": {
      const answer = await scene.commit();
      return { ...answer, stream: slowBody(answer.body, fault.bytes, fault.everyMs, scene.clock) };
    }
    case "answer":
      return instead(scene, fault.when, () => given(scene, fault));
    case "truncate": {
      const answer = await scene.commit();
      const keep = fault.bytes ?? Math.floor(answer.body.length / 2);
      if (fault.cut === true) return { ...answer, stream: brokenBody(answer.body, keep) };
      return { ...answer, body: Buffer.from(answer.body).subarray(0, keep).toString() };
    }
    case "wrong-json": {
      const answer = await scene.commit();
      return { ...answer, body: spoilJson(answer.body, fault.at, fault.value) };
    }
    case "html":
      return instead(scene, fault.when, () =>
        given(scene, {
          status: fault.status ?? 200,
          headers: { "content-type": "text/html; charset=utf-8" },
          body: HTML,
        }),
      );
    case "endless-body":
      return instead(scene, fault.when, () => streamed(scene, endlessBody()));
    case "large-body":
      return instead(scene, fault.when, () =>
        streamed(scene, largeBody(fault.bytes, fault.chunked === true)),
      );
    case "bomb":
      return instead(scene, fault.when, () =>
        streamed(scene, bombBody(fault.bytes), { "content-encoding": "gzip" }),
      );
    case "large-header":
      return withHeaders(await scene.commit(), { [fault.name ?? "x-padding"]: "x".repeat(fault.bytes) });
    case "headers":
      return withHeaders(await scene.commit(), fault.set ?? {}, fault.remove);
    case "stale-list":
      return scene.commit({ staleMs: fault.ms });
    case "stale-read":
      return scene.commit({ staleReadMs: fault.ms });
    case "query":
      return scene.commit({ query: otherQuery(scene.request.query, fault) });
    case "wrong-date": {
      const date = fault.value ?? httpDate(scene.clock.now() + (fault.offsetMs ?? 0));
      return withHeaders(await scene.commit(), { date });
    }
  }
}

const CHUNK_BYTES = 64 * 1024;
const HEAD = '{"padding":"';
const TAIL = '"}';
const bytes = (text: string): Uint8Array => Buffer.from(text);

/** The text, a few bytes at a time, with a pause on the clock before each piece but the first. */
function slowBody(text: string, size: number, everyMs: number, clock: Clock): ResponseStream {
  const data = bytes(text);
  return {
    declaredLength: data.length,
    async *chunks(signal) {
      for (let at = 0; at < data.length && !signal.aborted; at += size) {
        if (at > 0) await clock.sleep(everyMs, signal).catch(() => undefined);
        yield data.subarray(at, at + size);
      }
    },
  };
}

/** The first part of the text under the length of all of it; then the connection is cut. */
function brokenBody(text: string, keep: number): ResponseStream {
  const data = bytes(text);
  return {
    declaredLength: data.length,
    cutAtEnd: true,
    async *chunks() {
      yield data.subarray(0, keep);
    },
  };
}

/** JSON that never ends. */
function endlessBody(): ResponseStream {
  const filler = bytes("x".repeat(CHUNK_BYTES));
  return {
    async *chunks(signal) {
      yield bytes(HEAD);
      while (!signal.aborted) yield filler;
    },
  };
}

async function* padded(size: number): AsyncGenerator<Uint8Array> {
  const filler = bytes("x".repeat(CHUNK_BYTES));
  yield bytes(HEAD);
  for (let left = size; left > 0; left -= CHUNK_BYTES) {
    yield left < CHUNK_BYTES ? filler.subarray(0, left) : filler;
  }
  yield bytes(TAIL);
}

/** Valid JSON of `size` bytes, made as it is sent. */
function largeBody(size: number, chunked: boolean): ResponseStream {
  const filler = Math.max(0, size - HEAD.length - TAIL.length);
  const stream: ResponseStream = { chunks: () => padded(filler) };
  return chunked ? stream : { ...stream, declaredLength: filler + HEAD.length + TAIL.length };
}

/**
 * A gzip body that unpacks to valid JSON of about `size` bytes. One member of a megabyte is repeated, which is
 * valid gzip, so that a bomb of any size is made at once.
 */
function bombBody(size: number): ResponseStream {
  const memberBytes = 1024 * 1024;
  const members = Math.max(1, Math.ceil(size / memberBytes));
  return {
    async *chunks() {
      const member = gzipSync("x".repeat(memberBytes), { level: 9 });
      yield gzipSync(HEAD);
      for (let made = 0; made < members; made += 1) yield member;
      yield gzipSync(TAIL);
    },
    decoded: () => padded(members * memberBytes),
  };
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/**
 * A copy of a JSON text in which the member at a dotted path is `value`, or is gone when `value` is `undefined`.
 * Without a path the whole text is `value`. A path that leads nowhere changes nothing.
 */
export function spoilJson(text: string, at: string | undefined, value: unknown): string {
  if (at === undefined) return JSON.stringify(value ?? "unexpected");
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch {
    return text;
  }
  const keys = at.split(".");
  const last = keys.pop() ?? "";
  let parent: unknown = root;
  for (const key of keys)
    parent = isContainer(parent) && Object.hasOwn(parent, key) ? parent[key] : undefined;
  if (!isContainer(parent)) return text;
  if (value !== undefined) parent[last] = value;
  else if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else delete parent[last];
  return JSON.stringify(root);
}
