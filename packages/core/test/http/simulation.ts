/** A client before a server with a limit, in virtual time: minutes and hours of traffic in a second. */
import { createVirtualClock } from "@polyvol/core/driver";
import type { HttpClient, HttpClientOptions } from "@polyvol/core/http";
import { isPolyvolError } from "../../src/errors.ts";
import { randomFrom } from "../random-from.ts";
import { makeClient, makeContext } from "./kit.ts";

export interface Simulation {
  /** Whether the server takes a request that arrives at `now`; called once for each. */
  readonly limiter: (now: number) => boolean;
  /** Calls begin evenly spaced at this rate; absent: all at once. */
  readonly wantedPerSecond?: number;
  /** When the simulation is cut off. Absent: it ends with the last call. */
  readonly durationMs?: number;
  /** Calls to make; default as many as begin within the duration. */
  readonly calls?: number;
  /** From and to: how long a request is under way, both ways together. */
  readonly latencyMs: readonly [number, number];
  readonly client: Partial<HttpClientOptions>;
  /** How many clients of one account make the calls by turns. Default 1. */
  readonly clients?: number;
  readonly headers?: (now: number, taken: boolean) => Record<string, string>;
}

export interface SimulatedAnswer {
  /** Milliseconds since the start. */
  readonly at: number;
  readonly status: number;
}

export async function simulate(simulation: Simulation): Promise<SimulatedAnswer[]> {
  const { limiter, wantedPerSecond, durationMs = Number.POSITIVE_INFINITY, headers } = simulation;
  const virtual = createVirtualClock();
  // Time goes on while requests are under way: they sleep on the same clock.
  const clock = { now: virtual.now, sleep: virtual.sleep };
  const start = clock.now();
  const random = randomFrom(1);
  const [least, most] = simulation.latencyMs;
  const answers: SimulatedAnswer[] = [];
  const begun = Promise.withResolvers<void>();
  const serve = async (): Promise<Response> => {
    begun.resolve();
    const latencyMs = least + random() * (most - least);
    const there = random() * latencyMs;
    await clock.sleep(there);
    const now = clock.now();
    const taken = limiter(now - start);
    const fields = headers?.(now, taken) ?? {};
    await clock.sleep(latencyMs - there);
    const status = taken ? 200 : 429;
    answers.push({ at: clock.now() - start, status });
    return new Response("{}", { status, headers: fields });
  };
  const made = { ...simulation.client, account: ["one"], clock, fetch: serve, attemptTimeoutMs: 1e9 };
  const clients = Array.from({ length: simulation.clients ?? 1 }, () =>
    makeClient("https://api.example.com", made),
  );
  const call = async (client: HttpClient): Promise<void> => {
    for (;;) {
      try {
        await client.send({ method: "GET", path: "/x" }, makeContext());
        return;
      } catch (error) {
        if (!isPolyvolError(error, "rate_limited")) throw error;
        await clock.sleep(random() * 200);
        if (clock.now() - start > durationMs) return;
      }
    }
  };
  const calls = simulation.calls ?? Math.floor((durationMs / 1_000) * (wantedPerSecond ?? 0));
  virtual.runFreely();
  // The client loads its transport with the first request. However long the machine takes for that, no time passes.
  const loading = virtual.during(() => begun.promise);
  const running: Promise<void>[] = [];
  for (let each = 0; each < calls; each++) {
    running.push(call(clients[each % clients.length] as HttpClient));
    if (wantedPerSecond !== undefined) await clock.sleep(1_000 / wantedPerSecond);
  }
  const all = Promise.all([loading, ...running]);
  await (durationMs === Number.POSITIVE_INFINITY
    ? all
    : Promise.race([all, clock.sleep(start + durationMs - clock.now())]));
  return answers;
}
