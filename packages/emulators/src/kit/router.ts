/** Finds the handler of a request by method and path: literal segments are tried before parameters. */
export interface Router<Handler> {
  /**
   * `path` is the raw path, without the query. One trailing slash is ignored. Segments are decoded one by one,
   * after the split, so an encoded slash never becomes another path. HEAD finds what GET finds.
   */
  find(method: string, path: string): RouteMatch<Handler> | undefined;
  /** The methods that the path answers to; empty for an unknown path. */
  methods(path: string): readonly string[];
}

export interface RouteMatch<Handler> {
  readonly handler: Handler;
  readonly params: Readonly<Record<string, string>>;
}

export interface Route<Handler> {
  /** Upper case. */
  readonly method: string;
  /** Segments in braces are parameters: `/v2/volumes/{volume_id}`. */
  readonly path: string;
  readonly handler: Handler;
}

interface Branch<Handler> {
  readonly literals: Map<string, Branch<Handler>>;
  readonly parameters: Map<string, Branch<Handler>>;
  readonly handlers: Map<string, Handler>;
}

function branch<Handler>(): Branch<Handler> {
  return { literals: new Map(), parameters: new Map(), handlers: new Map() };
}

function child<Handler>(children: Map<string, Branch<Handler>>, key: string): Branch<Handler> {
  const known = children.get(key);
  if (known !== undefined) return known;
  const made = branch<Handler>();
  children.set(key, made);
  return made;
}

function decode(segment: string): string {
  if (!segment.includes("%")) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function split(path: string): string[] {
  const segments = path.split("/");
  segments.shift();
  if (segments.at(-1) === "") segments.pop();
  return segments;
}

/**
 * Builds a router. A parameter named in `patterns` matches only values of that pattern; anything else is as if
 * the route did not exist.
 */
export function createRouter<Handler>(
  routes: readonly Route<Handler>[],
  patterns: Readonly<Record<string, RegExp>> = {},
): Router<Handler> {
  const root = branch<Handler>();
  for (const route of routes) {
    let at = root;
    for (const segment of split(route.path)) {
      const name = /^\{(.+)\}$/.exec(segment)?.[1];
      at = name === undefined ? child(at.literals, segment) : child(at.parameters, name);
    }
    at.handlers.set(route.method, route.handler);
  }

  function walk(
    at: Branch<Handler>,
    segments: readonly string[],
    depth: number,
    params: Record<string, string>,
    accept: (found: Branch<Handler>) => boolean,
  ): boolean {
    const segment = segments[depth];
    if (segment === undefined) return accept(at);
    const literal = at.literals.get(segment);
    if (literal !== undefined && walk(literal, segments, depth + 1, params, accept)) return true;
    if (segment === "") return false;
    for (const [name, next] of at.parameters) {
      const value = decode(segment);
      if (patterns[name]?.test(value) === false) continue;
      params[name] = value;
      if (walk(next, segments, depth + 1, params, accept)) return true;
      delete params[name];
    }
    return false;
  }

  return {
    find(method, path) {
      const wanted = method === "HEAD" ? "GET" : method;
      const params: Record<string, string> = {};
      let handler: Handler | undefined;
      walk(root, split(path), 0, params, (found) => {
        handler = found.handlers.get(wanted);
        return handler !== undefined;
      });
      return handler === undefined ? undefined : { handler, params };
    },
    methods(path) {
      const found = new Set<string>();
      walk(root, split(path), 0, {}, (at) => {
        for (const method of at.handlers.keys()) found.add(method);
        return false;
      });
      return [...found];
    },
  };
}
