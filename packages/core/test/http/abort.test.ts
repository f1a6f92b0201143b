import { getEventListeners } from "node:events";
import { createVirtualClock } from "@polyvol/core/driver";
import { describe, expect, inject, test } from "vitest";
import { failureOf } from "../../../../scripts/test/failure-of.ts";
import { randomFrom } from "../random-from.ts";
import { anything, describeTransports, json, makeClient, makeContext, serve, settle } from "./kit.ts";

const ABORTS = inject("isFull") ? 500 : 25;
const GET = { method: "GET", path: "/x", response: anything } as const;

describeTransports(() => {
  /** Promise 9. */
  test(`${ABORTS} aborts at random moments: each rejects with its own reason while all else stands still, and nothing is left`, async () => {
    const random = randomFrom(9);
    const clock = createVirtualClock();
    /** What waits until it is let: credentials, the head of an answer, the rest of it. */
    const held: (() => void)[] = [];
    const hold = (): Promise<void> => new Promise((resolve) => held.push(resolve));
    const server = await serve(async (_, response) => {
      await hold();
      if (response.destroyed) return;
      response.writeHead(200, { "content-type": "application/json" });
      response.write('{"a":');
      await hold();
      if (!response.destroyed) response.end("1}");
    });
    const aborted = new Set<string>();
    const figures = { aborted: 0, answered: 0, wrongReason: 0, sentAfter: 0, listeners: 0 };
    const client = makeClient(server.url, {
      clock,
      maxConcurrency: 8,
      // The quota makes some wait for time, the concurrency others for answers.
      quotas: [{ requests: 30, windowMs: 60 }],
      authorize: hold,
      fetch: (input, init) => {
        if (aborted.has(String(new Headers(init?.headers).get("x-id")))) figures.sentAfter += 1;
        return fetch(input, init);
      },
    });

    interface Call {
      readonly id: string;
      readonly abort: AbortController;
      /** What it rejects with; `undefined` once it is answered. */
      readonly failure: Promise<unknown>;
    }
    const calls: Call[] = [];
    let begun = 0;
    const begin = (): void => {
      begun += 1;
      const id = String(begun);
      const abort = new AbortController();
      const sent = client.send(
        { ...GET, headers: { "x-id": id } },
        makeContext({ abortSignal: abort.signal }),
      );
      const call: Call = {
        id,
        abort,
        failure: sent.then(
          () => undefined,
          (error: unknown) => error,
        ),
      };
      calls.push(call);
      void call.failure.then((error) => {
        if (error === undefined) figures.answered += 1;
        calls.splice(calls.indexOf(call), 1);
        figures.listeners += getEventListeners(abort.signal, "abort").length;
      });
    };
    /** Neither the clock nor the server moves until the call has ended: an abort needs nothing else. */
    const abortOne = async ({ id, abort, failure }: Call): Promise<void> => {
      const reason = random() < 0.5 ? new Error(id) : { id };
      aborted.add(id);
      abort.abort(reason);
      const error = await failure;
      if (error === undefined) return;
      figures.aborted += 1;
      if (error !== reason) figures.wrongReason += 1;
    };
    const anyOf = <T>(all: readonly T[]): number => Math.floor(random() * all.length);

    while (figures.aborted < ABORTS) {
      if (calls.length < 20) begin();
      const what = random();
      const call = calls[anyOf(calls)];
      // On a slow machine answers take more turns: an abort waits for its share of them, so that it strikes in all that goes on.
      const isDue = figures.aborted < 3 * (figures.answered + 1);
      if (what < 0.15 && isDue && call !== undefined) await abortOne(call);
      else if (what < 0.9 && held.length > 0) held.splice(anyOf(held), 1)[0]?.();
      else await clock.advance(random() * 8);
      await settle(1);
    }
    for (const call of [...calls]) await abortOne(call);
    for (const release of held) release();
    await settle();
    expect(figures).toMatchObject({ wrongReason: 0, sentAfter: 0, listeners: 0 });
    expect(clock.sleepers).toBe(0);
  });

  describe("an abort", () => {
    test("before the call sends nothing and asks for no credentials", async () => {
      const server = await serve((_, response) => json(response, {}));
      let asked = 0;
      const client = makeClient(server.url, {
        authorize: () => {
          asked += 1;
        },
      });
      const context = makeContext({ abortSignal: AbortSignal.abort("never") });
      await expect(client.send(GET, context)).rejects.toBe("never");
      await settle();
      expect([server.seen.length, asked, context.events.length]).toEqual([0, 0, 0]);
    });

    test("while credentials are waited for sends nothing, also when they come after all", async () => {
      const server = await serve((_, response) => json(response, {}));
      let give = (): void => undefined;
      const client = makeClient(server.url, { authorize: () => new Promise((resolve) => (give = resolve)) });
      const abort = new AbortController();
      const sent = client.send(GET, makeContext({ abortSignal: abort.signal }));
      await settle();
      abort.abort("enough");
      await expect(sent).rejects.toBe("enough");
      give();
      await settle(20);
      expect(server.seen).toEqual([]);
    });

    test("ends the request at the server, too", async () => {
      let closed = (): void => undefined;
      const gone = new Promise<void>((resolve) => (closed = resolve));
      const abort = new AbortController();
      const server = await serve((_, response) => {
        response.on("close", closed);
        response.write("{", () => abort.abort("enough"));
      });
      await expect(makeClient(server.url).send(GET, makeContext({ abortSignal: abort.signal }))).rejects.toBe(
        "enough",
      );
      await gone;
    });

    test("is heard although the fetch in use is deaf", async () => {
      const abort = new AbortController();
      const client = makeClient("https://api.example.com", { fetch: () => new Promise(() => undefined) });
      const sent = client.send(GET, makeContext({ abortSignal: abort.signal }));
      await settle();
      abort.abort("enough");
      await expect(sent).rejects.toBe("enough");
    });

    test("frees its place for the next", async () => {
      const server = await serve(({ target }, response) =>
        target === "/slow" ? undefined : json(response, {}),
      );
      const client = makeClient(server.url, { maxConcurrency: 1 });
      const abort = new AbortController();
      const slow = client.send({ ...GET, path: "/slow" }, makeContext({ abortSignal: abort.signal }));
      const next = client.send(GET, makeContext());
      await settle(20);
      abort.abort("enough");
      await expect(slow).rejects.toBe("enough");
      await next;
    });
  });

  /** Promise 10. */
  describe("an attempt that takes too long", () => {
    test.each<[string, (write: (text: string) => void) => void]>([
      ["without a head", () => undefined],
      ["without a body", (write) => write("")],
      ["in the middle of its body", (write) => write('{"a":')],
    ])("%s ends when its time is up, on the client's clock", async (_, answer) => {
      const clock = createVirtualClock();
      let arrived = (): void => undefined;
      const arrival = new Promise<void>((resolve) => (arrived = resolve));
      const server = await serve((_request, response) => {
        answer((text) => {
          response.writeHead(200);
          response.flushHeaders();
          if (text !== "") response.write(text);
        });
        arrived();
      });
      const client = makeClient(server.url, { clock, attemptTimeoutMs: 5_000 });
      const sent = failureOf(client.send({ ...GET, method: "POST", body: {} }, makeContext()));
      await arrival;
      await settle(20);
      await clock.advance(4_999);
      expect(clock.sleepers).toBe(1);
      await clock.advance(1);
      expect(await sent).toMatchObject({ code: "timeout", outcome: "unknown", retryable: true });
      expect(clock.sleepers).toBe(0);
      await expect.poll(() => server.connections()).toBe(0);
    });

    test.each([
      ["a byte now and then", 1],
      ["without end", 65_536],
    ])("answering %s does not stretch it", async (_, bytes) => {
      const clock = createVirtualClock();
      let written = 0;
      const server = await serve((_request, response) => {
        response.writeHead(200);
        const timer = setInterval(() => {
          response.write(" ".repeat(bytes));
          written += 1;
        }, 2);
        response.on("close", () => clearInterval(timer));
      });
      const client = makeClient(server.url, { clock, attemptTimeoutMs: 5_000, maxResponseBytes: 1e9 });
      const sent = failureOf(client.send(GET, makeContext()));
      await expect.poll(() => written).toBeGreaterThan(5);
      await clock.advance(5_000);
      expect(await sent).toMatchObject({ code: "timeout", outcome: undefined });
      await expect.poll(() => server.connections()).toBe(0);
    });

    test("a failure whose explanation does not come is still one", async () => {
      const clock = createVirtualClock();
      const server = await serve((_, response) => void response.writeHead(403).write("{"));
      let headCame = (): void => undefined;
      const head = new Promise<void>((resolve) => (headCame = resolve));
      const client = makeClient(server.url, {
        clock,
        attemptTimeoutMs: 5_000,
        fetch: async (input, init) => {
          const answer = await fetch(input, init);
          headCame();
          return answer;
        },
      });
      const sent = failureOf(client.send(GET, makeContext()));
      await head;
      await settle();
      await clock.advance(5_000);
      expect(await sent).toMatchObject({ code: "permission_denied", status: 403 });
    });

    test("waiting for credentials has sent nothing", async () => {
      const clock = createVirtualClock();
      const client = makeClient("https://api.example.com", {
        clock,
        attemptTimeoutMs: 5_000,
        authorize: () => new Promise(() => undefined),
      });
      const sent = failureOf(client.send({ method: "POST", path: "/x", body: {} }, makeContext()));
      await settle();
      await clock.advance(5_000);
      expect(await sent).toMatchObject({ code: "timeout", outcome: "not_applied" });
    });
  });
});
