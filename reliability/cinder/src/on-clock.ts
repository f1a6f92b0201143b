/** Gives a service that goes by the machine's clock a virtual one: what it says of times is said anew by that. */
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { createVirtualClock, systemClock, type VirtualClock } from "@polyvol/core/driver";

/** The service's work takes real time: whoever waits for it on the virtual clock gives it at most so much in each pause. */
const REAL_PAUSE_MS = 500;
const LOOK_MS = 20;

/**
 * A virtual clock that begins now, and stands still for a real moment whenever somebody goes to sleep: for longer while
 * the service has work under way.
 */
export function createPacedClock(isBusy: () => boolean): VirtualClock {
  const clock = createVirtualClock(Date.now());
  async function giveTime(ms: number, abortSignal: AbortSignal | undefined): Promise<void> {
    const end = performance.now() + Math.min(ms, REAL_PAUSE_MS);
    do await systemClock.sleep(Math.min(ms, LOOK_MS), abortSignal);
    while (performance.now() < end && isBusy());
  }
  const { now, advance, runFreely, during } = clock;
  // Without `timer`, so that whoever sets one goes to sleep as well.
  return {
    ...{ now, monotonicNow: now, advance, runFreely, during },
    get sleepers() {
      return clock.sleepers;
    },
    sleep: (ms, abortSignal) => {
      const moment = giveTime(ms, abortSignal).catch(() => undefined);
      void clock.during(() => moment);
      return clock.sleep(ms, abortSignal);
    },
  };
}

/** A time of Cinder's: UTC, without a zone. */
const TIME = /"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?)"/g;
/** Of the answer's own connection, or of a body that is written anew. */
const OWN = new Set([
  "connection",
  "keep-alive",
  "transfer-encoding",
  "content-length",
  "content-encoding",
  "date",
]);

/** A proxy on a port of its own, which waits for `before` with each request. Times that were seen once stay as they were said. */
export async function onClock(
  target: string,
  clock: VirtualClock,
  before: (method: string, path: string) => Promise<void>,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const said = new Map<string, string>();
  const sayAnew = (time: string): string => {
    const known = said.get(time);
    if (known !== undefined) return known;
    const ageMs = Math.max(0, Date.now() - Date.parse(`${time}Z`));
    const anew = new Date(clock.now() - ageMs).toISOString().replace("Z", "000");
    said.set(time, anew);
    return anew;
  };
  const server = createServer((request, response) => {
    void forward(request).then(
      async (answer) => {
        const text = (await answer.text()).replace(TIME, (_, time: string) => `"${sayAnew(time)}"`);
        const headers = [...answer.headers].filter(([name]) => !OWN.has(name));
        response.writeHead(answer.status, [...headers, ["date", new Date(clock.now()).toUTCString()]].flat());
        response.end(text);
      },
      () => response.destroy(),
    );
  });
  async function forward(request: IncomingMessage): Promise<Response> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const headers = Object.entries(request.headers).filter(([name]) => !OWN.has(name) && name !== "host");
    const body = Buffer.concat(chunks).toString();
    await before(request.method ?? "GET", request.url ?? "");
    return await fetch(`${target}${request.url}`, {
      method: request.method ?? "GET",
      headers: Object.fromEntries(headers.map(([name, value]) => [name, String(value)])),
      redirect: "manual",
      ...(body === "" ? {} : { body }),
    });
  }
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
