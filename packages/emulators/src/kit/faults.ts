import { type Fault, type FaultMatch, parseFault } from "./fault.ts";
import { createRandom } from "./ids.ts";
import type { ServiceRequest } from "./service.ts";

type RequestTest = (request: ServiceRequest) => boolean;

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

/** A glob as a test: `**` is anything; `*` is anything but `stop` (a slash in paths, nothing in other values). */
function glob(pattern: string, stop: "/" | ""): (text: string) => boolean {
  if (!pattern.includes("*")) return (text) => text === pattern;
  const star = stop === "" ? ".*" : `[^${stop}]*`;
  const source = pattern
    .split("**")
    .map((part) => part.split("*").map(escapeRegExp).join(star))
    .join(".*");
  const regexp = new RegExp(`^${source}$`, "s");
  return (text) => regexp.test(text);
}

function pathTest(path: Exclude<FaultMatch["path"], undefined>): (path: string) => boolean {
  if (typeof path === "string") return glob(path, "/");
  const source = path instanceof RegExp ? path.source : path.regexp;
  const flags = path instanceof RegExp ? path.flags : (path.flags ?? "");
  // A sticky or global expression keeps a position between tests, which would make matching depend on history.
  const regexp = new RegExp(source, flags.replace(/[gy]/g, ""));
  return (text) => regexp.test(text);
}

function valueTests(values: Readonly<Record<string, string>>): [string, (text: string) => boolean][] {
  return Object.entries(values).map(([name, value]) => [name, glob(value, "")]);
}

/** Compiles a match once, so that each request pays only for what the match looks at. */
function compileMatch(match: FaultMatch): RequestTest {
  const tests: RequestTest[] = [];
  if (match.method !== undefined) {
    const methods = new Set([match.method].flat().map((method) => method.toUpperCase()));
    tests.push((request) => methods.has(request.method));
  }
  if (match.path !== undefined) {
    const test = pathTest(match.path);
    tests.push(({ path }) => test(path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path));
  }
  for (const [name, test] of valueTests(match.query ?? {})) {
    tests.push((request) => request.query.getAll(name).some(test));
  }
  for (const [name, test] of valueTests(match.header ?? {})) {
    const header = name.toLowerCase();
    tests.push((request) => {
      const value = request.headers.get(header);
      return value !== undefined && test(value);
    });
  }
  const text = match.bodyIncludes;
  if (text !== undefined) tests.push((request) => request.body.includes(text));
  return (request) => tests.every((test) => test(request));
}

/** A fault as `list` shows it. */
export interface FaultStatus {
  /** Its id. */
  readonly id: string;
  /** The fault in its JSON form. */
  readonly fault: Fault;
  /** How many requests its match fitted so far. */
  readonly matched: number;
  /** How many requests it struck so far. */
  readonly applied: number;
  /** True when it has struck as often, or for as long, as it may. */
  readonly spent: boolean;
}

/** The faults of one emulator. */
export interface FaultRegistry {
  /** Adds a fault after those already there and returns its id. Throws `InvalidInput` when it is not valid. */
  add(fault: Fault): string;
  /** Removes one fault; false when there is none of that id. */
  remove(id: string): boolean;
  /** Removes all faults. */
  clear(): void;
  /** All faults, spent ones too, in the order of adding. */
  list(): readonly FaultStatus[];
}

/** The registry as the shell uses it: it also decides which fault strikes a request. */
export interface FaultSelector extends FaultRegistry {
  pick(request: ServiceRequest, now: number): FaultHit | undefined;
}

/** A fault that strikes. */
export interface FaultHit {
  readonly id: string;
  readonly fault: Fault;
}

interface Entry {
  readonly id: string;
  readonly fault: Fault;
  readonly fits: RequestTest;
  /** What wakes it; absent when it is awake from the start. */
  readonly wakes: RequestTest | undefined;
  readonly chance: () => number;
  readonly arrivals: Map<string, number>;
  /** When it was last woken, on the emulator's clock. */
  awakeSince: number | undefined;
  matched: number;
  passed: number;
  applied: number;
}

/** Whether the span in which it strikes lies ahead, is now, or has passed. */
function span({ awakeSince, fault }: Entry, now: number): "ahead" | "now" | "past" {
  const { afterMs = 0, forMs = Number.POSITIVE_INFINITY } = fault;
  if (awakeSince === undefined || now < awakeSince + afterMs) return "ahead";
  return now < awakeSince + afterMs + forMs ? "now" : "past";
}

function spent(entry: Entry, now: number): boolean {
  if (entry.fault.count !== undefined && entry.applied >= entry.fault.count) return true;
  return entry.wakes === undefined && span(entry, now) === "past";
}

function strikes(entry: Entry, request: ServiceRequest, now: number): boolean {
  if (!entry.fits(request)) return false;
  entry.matched += 1;
  if (span(entry, now) !== "now") return false;
  const { perRequest, skip = 0, probability = 1 } = entry.fault;
  if (perRequest !== undefined) {
    const key = `${request.method} ${request.rawTarget}\n${request.body}`;
    const before = entry.arrivals.get(key) ?? 0;
    entry.arrivals.set(key, before + 1);
    if (before >= perRequest) return false;
  }
  if (entry.passed < skip) {
    entry.passed += 1;
    return false;
  }
  if (probability < 1 && entry.chance() >= probability) return false;
  entry.applied += 1;
  return true;
}

function matchAsJson(match: FaultMatch): FaultMatch {
  const { path } = match;
  return path instanceof RegExp ? { ...match, path: { regexp: path.source, flags: path.flags } } : match;
}

function asJson(fault: Fault): Fault {
  const { after, match } = fault;
  return {
    ...fault,
    ...(match !== undefined && { match: matchAsJson(match) }),
    ...(after !== undefined && { after: matchAsJson(after) }),
  };
}

/**
 * Makes an empty registry. `seed` decides the chances of faults that bring no seed of their own; `now` is the
 * emulator's clock.
 */
export function createFaults(seed: number, now: () => number): FaultSelector {
  let entries: Entry[] = [];
  let active: Entry[] = [];
  let made = 0;

  return {
    add(input) {
      const fault = parseFault(input);
      made += 1;
      const id = fault.id ?? `fault-${made}`;
      const entry: Entry = {
        id,
        fault,
        fits: compileMatch(fault.match ?? {}),
        wakes: fault.after === undefined ? undefined : compileMatch(fault.after),
        awakeSince: fault.after === undefined ? now() : undefined,
        chance: createRandom(fault.seed ?? seed + made * 7919),
        arrivals: new Map(),
        matched: 0,
        passed: 0,
        applied: 0,
      };
      entries.push(entry);
      active.push(entry);
      return id;
    },
    remove(id) {
      const before = entries.length;
      entries = entries.filter((entry) => entry.id !== id);
      active = active.filter((entry) => entry.id !== id);
      return entries.length < before;
    },
    clear() {
      entries = [];
      active = [];
    },
    list: () =>
      entries.map((entry) => ({
        id: entry.id,
        fault: asJson(entry.fault),
        matched: entry.matched,
        applied: entry.applied,
        spent: spent(entry, now()),
      })),
    pick(request, at) {
      const entry = active.find((one) => strikes(one, request, at));
      for (const one of active) if (one.wakes?.(request) === true) one.awakeSince = at;
      if (entry === undefined) return undefined;
      if (spent(entry, at)) active = active.filter((other) => other !== entry);
      return { id: entry.id, fault: entry.fault };
    },
  };
}
