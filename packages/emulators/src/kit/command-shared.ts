import { readFileSync, statSync } from "node:fs";
import { createVirtualClock, realClock } from "./clock.ts";
import { type CommandInput, type CommandOption, UsageError } from "./command.ts";
import type { CommandValues } from "./command-input.ts";
import type { EmulatorOptions } from "./emulator.ts";
import { parseFaults } from "./fault-schema.ts";
import { parseJsonText } from "./json-text.ts";
import type { ListenOptions } from "./node-server.ts";
import type { Clock } from "./service.ts";
import { InvalidInput } from "./validation.ts";

/** Options that every emulator takes. */
export const SHARED_OPTIONS: Readonly<Record<string, CommandOption>> = {
  port: { type: "string", value: "N", help: "port to listen on; 0, the default, takes a free one" },
  host: { type: "string", value: "ADDRESS", help: "address to listen on; default 127.0.0.1" },
  "public-url": { type: "string", value: "URL", help: "base URL under which clients know this server" },
  "allow-host": {
    type: "string",
    multiple: true,
    value: "NAME",
    help: "name accepted in Host besides loopback",
  },
  clock: {
    type: "string",
    value: "virtual|real",
    help: "virtual time stands still until moved; default real",
  },
  start: { type: "string", value: "TIME", help: "where a virtual clock starts, ISO 8601; default now" },
  latency: { type: "string", value: "TIME", help: "wait before every answer, such as 20ms; default 0" },
  "real-latency": { type: "boolean", help: "wait in real time although the clock is virtual" },
  seed: { type: "string", value: "FILE", help: "JSON file with data to begin with" },
  volumes: { type: "string", value: "N", help: "make up N volumes to begin with" },
  snapshots: { type: "string", value: "N", help: "make up N snapshots in all, spread over those volumes" },
  faults: { type: "string", value: "FILE", help: "JSON file with one fault or a list of faults" },
  "random-seed": { type: "string", value: "N", help: "decides made-up ids and faults by chance; default 1" },
  "log-limit": { type: "string", value: "N", help: "requests kept in the log; default 10000, 0 keeps none" },
  "no-control": { type: "boolean", help: "do not serve the control path /_emulator/" },
  help: { type: "boolean", help: "show this text" },
};

/** A made-up account of 250,000 snapshots has less than half of it. */
const MOST_BYTES = 256 * 1024 * 1024;

/** The JSON in the file that an option names; `undefined` when the option is not given. */
export function readJson(values: CommandValues, name: string): unknown {
  const file = values.text(name);
  if (file === undefined) return undefined;
  let text: string;
  try {
    refuseUnfit(name, file);
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new UsageError(`--${name}: cannot read ${file} (${code})`);
  }
  try {
    return parseJsonText(text);
  } catch (error) {
    throw new UsageError(`--${name}: ${file} is not JSON: ${error instanceof Error ? error.message : error}`);
  }
}

/** A pipe that nobody writes to, or a device without an end, would be read for ever. */
function refuseUnfit(name: string, file: string): void {
  const stats = statSync(file);
  const isGiven = /^\/(?:dev\/(?:stdin|fd\/\d+)|proc\/(?:self|\d+)\/fd\/\d+)$/.test(file);
  if (stats.size > MOST_BYTES) throw new UsageError(`--${name}: ${file} is larger than 256 MiB`);
  if (!stats.isFile() && !(isGiven && !stats.isDirectory())) {
    throw new UsageError(`--${name}: ${file} is no regular file`);
  }
}

/** Runs `use` and turns a complaint about the content of the option's file into a usage error. */
export function fromFile<T>(values: CommandValues, name: string, use: () => T): T {
  try {
    return use();
  } catch (error) {
    if (error instanceof InvalidInput)
      throw new UsageError(`--${name} ${values.text(name)}: ${error.message}`);
    throw error;
  }
}

function readClock(values: CommandValues): Clock {
  const kind = values.text("clock") ?? "real";
  const start = values.text("start");
  if (kind !== "virtual" && kind !== "real")
    throw new UsageError(`--clock takes virtual or real, not "${kind}"`);
  if (kind === "real" && start !== undefined) throw new UsageError("--start needs --clock virtual");
  if (kind === "real") return realClock;
  const startMs = start === undefined ? Date.now() : Date.parse(start);
  if (Number.isNaN(startMs))
    throw new UsageError(`--start takes a time such as 2026-08-01T10:00:00Z, not "${start}"`);
  return createVirtualClock(startMs);
}

function readPublicUrl(values: CommandValues): string | undefined {
  const text = values.text("public-url");
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(`--public-url takes a URL such as http://emulator.test:4010, not "${text}"`);
  }
  return text.replace(/\/+$/, "");
}

function readShell(values: CommandValues): EmulatorOptions {
  const faults = readJson(values, "faults");
  return {
    clock: readClock(values),
    randomSeed: values.whole("random-seed"),
    latencyMs: values.duration("latency"),
    realLatency: values.flag("real-latency"),
    logLimit: values.whole("log-limit"),
    faults: faults === undefined ? undefined : fromFile(values, "faults", () => parseFaults(faults)),
  };
}

/** Understands the shared options. */
export function readShared(
  values: CommandValues,
  env: Readonly<Record<string, string | undefined>>,
  note: (line: string) => void,
): CommandInput {
  if (
    values.text("clock") === "virtual" &&
    values.text("latency") !== undefined &&
    !values.flag("real-latency")
  ) {
    note("--latency is not added on a virtual clock; --real-latency adds it in real time");
  }
  return {
    ...values,
    env,
    note,
    volumes: values.whole("volumes") ?? 0,
    snapshots: values.whole("snapshots") ?? 0,
    publicUrl: readPublicUrl(values),
    shell: readShell(values),
  };
}

/** Where to listen, from the shared options. */
export function readListen(values: CommandInput): ListenOptions {
  const port = values.whole("port") ?? 0;
  if (port > 65_535) throw new UsageError(`--port takes a number up to 65535, not ${port}`);
  const { publicUrl } = values;
  return {
    port,
    host: values.text("host"),
    publicHosts: [
      ...values.texts("allow-host"),
      ...(publicUrl === undefined ? [] : [new URL(publicUrl).host]),
    ],
    control: !values.flag("no-control"),
  };
}
