import { logEvents, type PolyvolEvent } from "@polyvol/core";
import { expect, test } from "vitest";

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
    expect(EVENTS).toContain(fields);
    lines.push(`${level} ${message}`);
  };
  const listener = logEvents({ debug: at("debug"), info: at("info"), warn: at("warn") });
  for (const event of EVENTS) listener(event);
  expect(lines).toEqual([
    "debug cloud volumes.create: POST /v2/volumes",
    "debug cloud volumes.create: POST /v2/volumes gave 201 in 12 ms",
    "debug cloud volumes.create: POST /v2/volumes gave the connection was refused in 1 ms",
    "debug cloud volumes.create: volume v is creating, next look in 1500 ms",
    "info cloud volumes.create: held back 250 ms (quota)",
    "info cloud volumes.create: volume a surplus removed",
    "warn cloud volumes.create: attempt 1 failed (unavailable: status 503), again in 80 ms",
    "info cloud volumes.create: version 1.3 is used",
    "warn cloud volumes.create: version 1.2 ends soon",
  ]);
});
