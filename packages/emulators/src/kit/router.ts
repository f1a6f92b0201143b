/** What a router leads to. */
export interface Route {
  /** Upper case. */
  readonly method: string;
  /** Segments in braces are parameters: `/v2/volumes/{volume_id}`. */
  readonly path: string;
}

interface RouteMatch<Operation> {
  readonly operation: Operation;
  readonly params: Readonly<Record<string, string>>;
}

/** Finds the operation of a request by method and path: literal segments are tried before parameters. */
export interface Router<Operation extends Route> {
  /**
   * `path` is the raw path, without the query. One trailing slash is ignored. Segments are decoded one by one,
   * after the split, so an encoded slash never becomes another path. HEAD finds what GET finds.
   */
  find(method: string, path: string): RouteMatch<Operation> | undefined;
  /** The methods that the path answers to; empty for an unknown path. */
  methods(path: string): readonly string[];
}

/**
 * Builds a router. A parameter named in `patterns` matches only values of that pattern; anything else is as if
 * the operation did not exist.
 * @param prefix what stands before the path of each
 */
export function createRouter<Operation extends Route>(
  operations: readonly Operation[],
  patterns: Readonly<Record<string, RegExp>> = {},
  prefix = "",
): Router<Operation> {
  // A parameter sorts behind every literal, whose characters all come before the brace.
  const sorted = operations.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const compiled = sorted.map((operation) => {
    const path = prefix + operation.path;
    const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
    return { operation, names, regexp: new RegExp(`^${path.replaceAll(/\{\w+\}/g, "([^/]+)")}/?$`) };
  });

  function* matches(path: string): Generator<RouteMatch<Operation>> {
    for (const { operation, names, regexp } of compiled) {
      const values = regexp.exec(path)?.slice(1).map(decodePath);
      if (values === undefined) continue;
      const params = Object.fromEntries(names.map((name, index) => [name, values[index] ?? ""]));
      if (names.every((name) => patterns[name]?.test(params[name] ?? "") !== false))
        yield { operation, params };
    }
  }

  return {
    find(method, path) {
      const wanted = method === "HEAD" ? "GET" : method;
      for (const match of matches(path)) if (match.operation.method === wanted) return match;
      return undefined;
    },
    methods: (path) => [...new Set(Array.from(matches(path), ({ operation }) => operation.method))],
  };
}

/** Decodes a path or a segment of one; what cannot be decoded stays as it is. */
export function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** The path of a request target as it came over the wire, without the query. */
export function rawPath(target: string): string {
  const mark = target.indexOf("?");
  return mark === -1 ? target : target.slice(0, mark);
}
