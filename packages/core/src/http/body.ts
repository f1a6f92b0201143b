import { type BodyChunks, type IncomingResponse, NodeResponse } from "./node-response.ts";

/** Stands for a body that is larger than its bound; nothing of it is kept. */
export const TOO_LARGE: unique symbol = Symbol("too large");

/**
 * The whole body as text, unless it is larger than `maxBytes` after decompression: then reading stops at once and
 * the connection is given up.
 */
export async function readText(
  response: IncomingResponse,
  maxBytes: number,
): Promise<string | typeof TOO_LARGE> {
  const lean = response instanceof NodeResponse;
  if (!lean && response.body === null) return "";
  const declared = declaredLength(response.headers);
  if (declared !== undefined && declared > maxBytes) {
    discard(response);
    return TOO_LARGE;
  }
  // A declared length is kept by the HTTP parser, so the platform's own, faster way of reading is bounded too.
  if (!lean && declared !== undefined && !response.headers.has("content-encoding")) {
    const text = await response.text();
    return text.length > maxBytes ? TOO_LARGE : text;
  }
  const { chunks, complete } = await readChunks(response, maxBytes);
  return complete ? decode(chunks) : TOO_LARGE;
}

/** The first `maxBytes` of the body as text; what lies beyond is not read. */
export async function readStart(response: IncomingResponse, maxBytes: number): Promise<string> {
  const { chunks } = await readChunks(response, maxBytes);
  return decode(chunks, maxBytes);
}

/** Lets go of a body that nobody reads, and with it of the connection. */
function discard(response: IncomingResponse): void {
  if (response instanceof NodeResponse) response.discard();
  else response.body?.cancel().catch(ignore);
}

async function readChunks(response: IncomingResponse, maxBytes: number): Promise<BodyChunks> {
  if (response instanceof NodeResponse) return response.readChunks(maxBytes);
  if (response.body === null) return { chunks: [], complete: true };
  const reader = response.body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return { chunks, complete: true };
    chunks.push(value);
    size += value.byteLength;
    if (size > maxBytes) {
      reader.cancel().catch(ignore);
      return { chunks, complete: false };
    }
  }
}

function decode(chunks: readonly Uint8Array[], maxBytes?: number): string {
  const [only] = chunks;
  const bytes = chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
  return new TextDecoder().decode(maxBytes === undefined ? bytes : bytes.subarray(0, maxBytes));
}

function declaredLength(headers: Headers): number | undefined {
  const text = headers.get("content-length");
  return text !== null && /^\d+$/.test(text) ? Number(text) : undefined;
}

function ignore(): void {}
