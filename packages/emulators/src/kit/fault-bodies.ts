import { gzipSync } from "node:zlib";
import type { ResponseStream } from "./served-response.ts";
import type { Clock } from "./service.ts";

const CHUNK_BYTES = 64 * 1024;
const HEAD = '{"padding":"';
const TAIL = '"}';
const bytes = (text: string): Uint8Array => Buffer.from(text);

/** The text, a few bytes at a time, with a pause on the clock before each piece but the first. */
export function slowBody(text: string, size: number, everyMs: number, clock: Clock): ResponseStream {
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
export function brokenBody(text: string, keep: number): ResponseStream {
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
export function endlessBody(): ResponseStream {
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
export function largeBody(size: number, chunked: boolean): ResponseStream {
  const filler = Math.max(0, size - HEAD.length - TAIL.length);
  const stream: ResponseStream = { chunks: () => padded(filler) };
  return chunked ? stream : { ...stream, declaredLength: filler + HEAD.length + TAIL.length };
}

/**
 * A gzip body that unpacks to valid JSON of about `size` bytes. One member of a megabyte is repeated, which is
 * valid gzip, so that a bomb of any size is made at once.
 */
export function bombBody(size: number): ResponseStream {
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
