import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { connect } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { createVirtualClock, type VirtualClock } from "../../src/kit/clock.ts";
import { createEmulator } from "../../src/kit/emulator.ts";
import type { Emulator, EmulatorOptions, Listener, ListenOptions } from "../../src/kit/emulator-types.ts";
import { createToy, type Toy } from "./toy.ts";

interface Stage {
  readonly emulator: Emulator;
  readonly toy: Toy;
  readonly clock: VirtualClock;
  readonly listener: Listener;
}

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function serve(options: EmulatorOptions = {}, listenOptions: ListenOptions = {}): Promise<Stage> {
  const toy = createToy();
  const clock = createVirtualClock(0);
  const emulator = createEmulator(toy, { clock, ...options });
  const listener = await emulator.listen(listenOptions);
  closers.push(() => listener.close());
  return { emulator, toy, clock, listener };
}

interface Raw {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A request whose target and headers go out as they are written. */
function raw(port: number, path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { host: "127.0.0.1", port, path, method, headers, agent: false },
      (response) => {
        let body = "";
        response.on("data", (chunk) => {
          body += chunk;
        });
        response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, body }));
      },
    );
    request.on("error", reject);
    request.end();
  });
}

/** Sends bytes and reads until the other side closes. */
function bytes(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    socket.on("data", (chunk) => {
      answer += chunk;
    });
    socket.on("error", () => resolve(`${answer}[reset]`));
    socket.on("close", () => resolve(answer));
  });
}

/** One turn of the event loop. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("requests", () => {
  test("arrive with the raw target, its decoded views and the origin that was addressed", async () => {
    const { toy, listener } = await serve();
    const target = "/a%2Fb/%ED%95%9C/..;x?name=a%20b+c&sort=created_at:desc&&e=%zz";
    await raw(listener.port, target, { "X-Two": "Words" });
    const [request] = toy.seen;
    expect(request?.rawTarget).toBe(target);
    expect(request?.path).toBe("/a/b/한/..;x");
    expect([request?.query.get("name"), request?.query.get("sort")]).toEqual(["a b c", "created_at:desc"]);
    expect(request?.headers.get("x-two")).toBe("Words");
    expect(request?.origin).toBe(`http://127.0.0.1:${listener.port}`);
    await raw(listener.port, "/%zz");
    expect(toy.seen[1]?.path).toBe("/%zz");
  });

  test("may name the whole URL, as through a proxy", async () => {
    const { toy, listener } = await serve();
    await raw(listener.port, "http://localhost:99/things?x=1");
    expect([toy.seen[0]?.rawTarget, toy.seen[0]?.origin]).toEqual(["/things?x=1", "http://localhost:99"]);
    expect((await raw(listener.port, "http://evil.test/things")).status).toBe(421);
  });

  test("bring their body, chunked or not, up to the limit", async () => {
    const { toy, listener } = await serve({}, { maxBodyBytes: 10 });
    const post = (body: string | ReadableStream): Promise<Response> =>
      fetch(`${listener.url}/things`, { method: "POST", body, duplex: "half" } as RequestInit);
    expect((await post("0123456789")).status).toBe(201);
    expect((await post(new Blob(["01234", "ä"]).stream())).status).toBe(201);
    expect((await post("01234567890")).status).toBe(413);
    expect(toy.things).toEqual(["0123456789", "01234ä"]);
  });

  test("share a connection", async () => {
    const { listener } = await serve();
    const one = "GET /things HTTP/1.1\r\nHost: localhost\r\n\r\n";
    const last = "GET /things HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    expect((await bytes(listener.port, one + one + last)).match(/HTTP\/1\.1 200 OK/g)).toHaveLength(3);
  });

  test("for another host are refused, so that no page on another name gets in", async () => {
    const { toy, listener } = await serve({}, { publicHosts: ["emulator.test:4010"] });
    for (const host of ["evil.test", "127.0.0.1.evil.test", "10.0.0.1"]) {
      expect((await raw(listener.port, "/things", { host })).status).toBe(421);
      expect((await raw(listener.port, "/_emulator/state", { host })).status).toBe(421);
    }
    expect(toy.seen).toEqual([]);
    for (const host of [
      "localhost",
      "[::1]:80",
      "127.0.0.1",
      "emulator.test",
      "emulator.test:1",
      "api.toy.test",
    ]) {
      expect((await raw(listener.port, "/things", { host })).status).toBe(200);
    }
    // What a proxy passes on under a public name must not reach the controls.
    for (const host of ["emulator.test", "api.toy.test"]) {
      expect((await raw(listener.port, "/_emulator/state", { host })).status).toBe(403);
    }
    expect(await bytes(listener.port, "GET /things HTTP/1.0\r\n\r\n")).toMatch(/^HTTP\/1\.1 421/);
  });

  test("that are no HTTP end the connection and nothing else", async () => {
    const { listener } = await serve();
    expect(await bytes(listener.port, "nonsense\r\n\r\n")).not.toContain("200");
    expect((await fetch(`${listener.url}/things`)).status).toBe(200);
  });
});

describe("answers", () => {
  test("have a length, a date by the clock and the service's headers; HEAD and 204 have no body", async () => {
    const { listener } = await serve();
    const got = await raw(listener.port, "/things");
    expect(got.headers).toMatchObject({
      date: "Thu, 01 Jan 1970 00:00:00 GMT",
      "content-type": "application/json",
      "content-length": String(got.body.length),
    });
    const head = await raw(listener.port, "/things", {}, "HEAD");
    expect([head.status, head.body, head.headers["content-length"]]).toEqual([
      200,
      "",
      got.headers["content-length"],
    ]);
    const gone = await raw(listener.port, "/things", {}, "DELETE");
    expect([gone.status, gone.body, gone.headers["x-id"]]).toEqual([204, "", "2"]);
  });

  test("show a defect of the emulator as one", async () => {
    const { listener } = await serve();
    const broken = await raw(listener.port, "/broken");
    expect([broken.status, broken.headers["x-emulator-error"]]).toEqual([500, "1"]);
    expect(broken.body).toContain("a defect");
  });

  test("wait for the latency on a real clock, and on a virtual one only when asked to", async () => {
    const spent = async (options: EmulatorOptions): Promise<number> => {
      const { listener } = await serve(options);
      const before = performance.now();
      await fetch(`${listener.url}/things`);
      return performance.now() - before;
    };
    expect(await spent({ clock: undefined, latencyMs: 60 })).toBeGreaterThan(55);
    expect(await spent({ latencyMs: 60, realLatency: true })).toBeGreaterThan(55);
    // Waited for in real time, this would not end today.
    await spent({ latencyMs: 86_400_000 });
  });
});

describe("faults on the wire", () => {
  test.each(["refuse", "cut-before", "cut-after"] as const)(
    "%s ends the connection without a byte",
    async (kind) => {
      const { listener, toy } = await serve({ faults: [{ kind, count: 1 }] });
      const failure = await fetch(`${listener.url}/things`, { method: "POST", body: "a" }).catch(
        (error: unknown) => error,
      );
      expect(failure).toBeInstanceOf(TypeError);
      expect(toy.things).toHaveLength(kind === "cut-after" ? 1 : 0);
      expect((await fetch(`${listener.url}/things`)).status).toBe(200);
    },
  );

  test("half an answer announces all of it", async () => {
    const { listener, toy } = await serve({ faults: [{ kind: "truncate", cut: true }] });
    const response = await fetch(`${listener.url}/things`, { method: "POST", body: "a" });
    expect(response.status).toBe(201);
    await expect(response.text()).rejects.toThrow(TypeError);
    expect(toy.things).toHaveLength(1);
  });

  test("a bomb is unpacked by the client, a large body comes with or without its length", async () => {
    const { listener, emulator } = await serve({ faults: [{ kind: "bomb", bytes: 5_000_000, count: 1 }] });
    expect((await (await fetch(`${listener.url}/things`)).text()).length).toBeGreaterThan(5_000_000);
    emulator.faults.add({ kind: "large-body", bytes: 300_000, count: 1 });
    const large = await fetch(`${listener.url}/things`);
    expect(large.headers.get("content-length")).toBe("300000");
    expect(await large.text()).toHaveLength(300_000);
    emulator.faults.add({ kind: "large-body", bytes: 300_000, chunked: true });
    const chunked = await fetch(`${listener.url}/things`);
    expect(chunked.headers.has("content-length")).toBe(false);
    expect(await chunked.text()).toHaveLength(300_000);
  });

  test("an endless body ends when the client leaves", async () => {
    const { listener } = await serve({ faults: [{ kind: "endless-body" }] });
    const controller = new AbortController();
    const response = await fetch(`${listener.url}/things`, { signal: controller.signal });
    const reader = response.body?.getReader();
    await reader?.read();
    controller.abort();
    await expect(reader?.closed ?? Promise.resolve()).rejects.toThrow();
  });

  test("a request that waits commits although its client has gone", async () => {
    const { listener, toy, clock } = await serve({ faults: [{ kind: "delay-before", ms: 1000 }] });
    const controller = new AbortController();
    const answer = fetch(`${listener.url}/things`, { method: "POST", body: "a", signal: controller.signal });
    while (clock.nextWakeAt() === undefined) await turn();
    controller.abort();
    await expect(answer).rejects.toThrow();
    await clock.advance(1000);
    expect(toy.things).toEqual(["a"]);
  });

  test("a slow body is paced by the clock", async () => {
    const { listener, clock } = await serve({ faults: [{ kind: "slow-body", bytes: 5, everyMs: 1000 }] });
    const text = fetch(`${listener.url}/things`).then((response) => response.text());
    let done = false;
    void text.finally(() => {
      done = true;
    });
    while (!done) {
      if (clock.nextWakeAt() !== undefined) await clock.advance(1000);
      await turn();
    }
    expect(await text).toBe('{"things":[],"stale":0}');
    expect(clock.now()).toBe(4000);
  });

  test("a header may be larger than clients allow", async () => {
    const { listener } = await serve({ faults: [{ kind: "large-header", bytes: 200_000 }] });
    await expect(fetch(`${listener.url}/things`)).rejects.toThrow("fetch failed");
  });
});

describe("the listener", () => {
  test("ends every connection when it closes, also one in the middle of an answer", async () => {
    const { listener, clock } = await serve({ faults: [{ kind: "delay-after", ms: 1000 }] });
    const waiting = fetch(`${listener.url}/things`);
    while (clock.nextWakeAt() === undefined) await turn();
    await listener.close();
    await expect(waiting).rejects.toThrow("fetch failed");
    await clock.advance(1000);
    await expect(fetch(`${listener.url}/things`)).rejects.toThrow("fetch failed");
  });

  test("names a port in use, and serves on IPv6", async () => {
    const { listener, emulator } = await serve();
    await expect(emulator.listen({ port: listener.port })).rejects.toMatchObject({ code: "EADDRINUSE" });
    const six = await emulator.listen({ host: "::1" }).catch(() => undefined);
    if (six === undefined) return;
    expect((await fetch(`${six.url}/things`)).status).toBe(200);
    await six.close();
  });
});
