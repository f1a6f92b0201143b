import { Writable } from "node:stream";
import { logEvents, type PolyvolEvent } from "@polyvol/core";
import pino from "pino";
import { describe, expect, test, vi } from "vitest";
import winston from "winston";

const about = { provider: "cloud", operation: "volumes.create" };
const EVENTS: PolyvolEvent[] = [
  { ...about, type: "request", method: "POST", target: "/v2/volumes" },
  { ...about, type: "response", method: "POST", target: "/v2/volumes", status: 201, durationMs: 12.4 },
  {
    ...about,
    type: "response",
    method: "POST",
    target: "/v2/volumes",
    failure: "the connection was refused",
    durationMs: 1,
  },
  {
    ...about,
    type: "wait",
    resource: { kind: "volume", id: "v" },
    seen: "creating",
    elapsedMs: 5,
    nextLookMs: 1_500,
  },
  { ...about, type: "throttle", delayMs: 250, bound: "quota" },
  { ...about, type: "recover", resource: { kind: "volume", name: "a" }, result: "surplus_removed" },
  { ...about, type: "retry", attempt: 1, delayMs: 80, code: "unavailable", reason: "status 503" },
  { ...about, type: "version", apiVersion: "1.3", result: "chosen", message: "version 1.3 is used" },
  { ...about, type: "version", apiVersion: "1.2", result: "deprecated", message: "version 1.2 ends soon" },
];

test("every kind of event is one line for people, at a level that fits, with its fields", () => {
  const lines: string[] = [];
  const at = (level: string) => (message: string, fields: object) => {
    expect(EVENTS).toContainEqual(expect.objectContaining(fields));
    lines.push(`${level} ${message}`);
  };
  const listener = logEvents({ debug: at("debug"), info: at("info"), warn: at("warn") });
  for (const event of EVENTS) listener(event);
  expect(lines).toEqual([
    "debug cloud volumes.create: POST /v2/volumes",
    "debug cloud volumes.create: POST /v2/volumes: 201 in 12 ms",
    "debug cloud volumes.create: POST /v2/volumes: no answer (the connection was refused) in 1 ms",
    "debug cloud volumes.create: volume v is creating; the next look in 1500 ms",
    "info cloud volumes.create: held back for 250 ms (quota)",
    "info cloud volumes.create: volume a: surplus removed",
    "warn cloud volumes.create: attempt 1 failed (unavailable: status 503); the next in 80 ms",
    "info cloud volumes.create: version 1.3 is used",
    "warn cloud volumes.create: version 1.2 ends soon",
  ]);
});

/** A stream, and the lines that were written to it. */
function sink(): { readonly stream: Writable; lines(): string[] } {
  let text = "";
  const stream = new Writable({
    write: (chunk, _, done) => {
      text += String(chunk);
      done();
    },
  });
  return { stream, lines: () => text.split("\n").slice(0, -1) };
}

const RETRY = "cloud volumes.create: attempt 1 failed (unavailable: status 503); the next in 80 ms";
const DEPRECATED = "cloud volumes.create: version 1.2 ends soon";

describe("loggers as they come", () => {
  test("pino, and a child of it", () => {
    const { stream, lines } = sink();
    const logger = pino({ level: "debug", timestamp: false, base: null }, stream);
    for (const event of EVENTS) logEvents(logger)(event);
    logEvents(logger.child({ job: 7 }))(EVENTS[6] as PolyvolEvent);
    const written = lines().map((line) => JSON.parse(line));
    expect(written).toHaveLength(EVENTS.length + 1);
    expect(written[6]).toEqual({ level: 40, ...EVENTS[6], msg: RETRY });
    expect(written[8]).toMatchObject({ apiVersion: "1.2", result: "deprecated", msg: DEPRECATED });
    expect(written.at(-1)).toMatchObject({ job: 7, attempt: 1, msg: RETRY });
  });

  test("winston, and a child of it", () => {
    const { stream, lines } = sink();
    const transports = [new winston.transports.Stream({ stream })];
    const logger = winston.createLogger({ level: "debug", transports });
    for (const event of EVENTS) logEvents(logger)(event);
    logEvents(logger.child({ job: 7 }))(EVENTS[6] as PolyvolEvent);
    const written = lines().map((line) => JSON.parse(line));
    expect(written).toHaveLength(EVENTS.length + 1);
    expect(written[6]).toEqual({ level: "warn", ...EVENTS[6], message: RETRY });
    expect(written[8]).toMatchObject({ level: "warn", apiVersion: "1.2", message: DEPRECATED });
    expect(written.at(-1)).toMatchObject({ job: 7, attempt: 1, message: RETRY });
  });

  test("console", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    logEvents(console)(EVENTS[6] as PolyvolEvent);
    expect(warn.mock.calls).toEqual([[RETRY, EVENTS[6]]]);
  });

  test("another that takes the fields first is told so", () => {
    const write = vi.fn();
    logEvents({ debug: write, info: write, warn: write }, { fieldsFirst: true })(EVENTS[6] as PolyvolEvent);
    expect(write.mock.calls).toEqual([[EVENTS[6], RETRY]]);
  });

  test("what has not all levels is refused at once", () => {
    const logger = winston.createLogger({ levels: winston.config.syslog.levels, silent: true });
    expect(() => logEvents(logger)).toThrow(
      "logger: found no warn, allowed: an object with the functions debug, info and warn",
    );
  });
});
