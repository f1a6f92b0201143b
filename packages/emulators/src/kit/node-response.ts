import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { type Answer, type AnswerStream, isCut, type Outcome } from "./answer.ts";

async function sendStream(response: ServerResponse, answer: Answer, stream: AnswerStream): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const length = stream.declaredLength;
  const headers = length === undefined ? answer.headers : { ...answer.headers, "content-length": length };
  response.writeHead(answer.status, headers);
  if (stream.cutAtEnd !== true) {
    await pipeline(stream.chunks(gone.signal), response);
    return;
  }
  await pipeline(stream.chunks(gone.signal), response, { end: false });
  // Once this empty piece is out, so is what came before it.
  response.write("", () => response.destroy());
}

/** Sends an outcome to the client: an answer, or the end of the connection without one. */
export function send(message: IncomingMessage, response: ServerResponse, outcome: Outcome): void {
  if (isCut(outcome)) {
    message.socket.resetAndDestroy();
    return;
  }
  response.sendDate = false;
  const { status, headers, body, stream } = outcome;
  if (stream !== undefined && message.method !== "HEAD") {
    // It ends this way when the client leaves in the middle, which is the client's affair.
    sendStream(response, outcome, stream).catch(() => response.destroy());
    return;
  }
  if (status === 204 || status === 304) {
    response.writeHead(status, headers);
    response.end();
    return;
  }
  response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) });
  response.end(message.method === "HEAD" ? undefined : body);
}
