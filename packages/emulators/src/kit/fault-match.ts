import type { FaultMatch } from "./fault.ts";
import type { ServiceRequest } from "./service.ts";

export type RequestTest = (request: ServiceRequest) => boolean;

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
export function compileMatch(match: FaultMatch): RequestTest {
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
