/** The smallest answers that an OpenAPI description allows: what it requires, and no more. */
import { readFileSync } from "node:fs";
import { parse } from "yaml";

type Json = Readonly<Record<string, unknown>>;

/** An answer to one operation. */
export interface SmallAnswer {
  readonly status: number;
  /** Absent where the operation answers without one. */
  readonly body?: unknown;
}

/** Answers by operation: `GET /v2/volumes/{volume_id}`. */
export type SmallAnswers = Readonly<Record<string, SmallAnswer>>;

/** Keys that are put in although the description does not require them, by the key of the object that has them. */
export type AlsoNeeded = Readonly<Record<string, readonly string[]>>;

/** One answer for each operation of a description. Lists have one item, so that it is read, too. */
export function smallestAnswers(description: URL, also: AlsoNeeded): SmallAnswers {
  const document = parse(readFileSync(description, "utf8")) as Json;

  function resolve(json: unknown): Json {
    const reference = (json as Json)["$ref"];
    if (typeof reference !== "string") return json as Json;
    const path = reference.slice(2).split("/");
    return resolve(path.reduce<unknown>((at, key) => (at as Json)[key.replaceAll("~1", "/")], document));
  }

  /** A schema with the parts of its `allOf` in one. */
  function whole(json: unknown): Json {
    const { allOf, ...own } = resolve(json);
    const parts = [...((allOf as unknown[] | undefined) ?? []).map(whole), own];
    return {
      ...Object.assign({}, ...parts),
      properties: Object.assign({}, ...parts.map((part) => part["properties"])),
      required: parts.flatMap((part) => (part["required"] as string[] | undefined) ?? []),
    };
  }

  function isNull(schema: Json): boolean {
    const { nullable, type } = schema;
    return nullable === true || type === "null" || (Array.isArray(type) && type.includes("null"));
  }

  function smallest(json: unknown, key: string): unknown {
    const schema = whole(json);
    const choices = ((schema["anyOf"] ?? schema["oneOf"] ?? []) as unknown[]).map(whole);
    if (isNull(schema) || choices.some(isNull)) return null;
    if (choices[0] !== undefined) return smallest(choices[0], key);
    const properties = schema["properties"] as Json;
    if (schema["type"] === "array") return [smallest(schema["items"], key.replace(/s$/, ""))];
    if (schema["type"] === "object" || Object.keys(properties).length > 0) {
      const names = new Set([
        ...(schema["required"] as string[]),
        ...(also[key] ?? []).filter((each) => each in properties),
      ]);
      return Object.fromEntries([...names].sort().map((name) => [name, smallest(properties[name], name)]));
    }
    return value(schema, key);
  }

  function value(schema: Json, key: string): unknown {
    const choices = schema["enum"] as unknown[] | undefined;
    if (choices !== undefined) return choices.includes("volume") ? "volume" : choices[0];
    if (schema["format"] === "date-time" || key.endsWith("_at")) return "2026-01-01T00:00:00Z";
    switch (schema["type"]) {
      case "integer":
      case "number":
        return schema["minimum"] ?? 1;
      case "boolean":
        return false;
      default:
        return schema["example"] ?? "a";
    }
  }

  const answers: [string, SmallAnswer][] = [];
  for (const [path, methods] of Object.entries(document["paths"] as Readonly<Record<string, Json>>)) {
    for (const [method, operation] of Object.entries(methods)) {
      const responses = (operation as Json)["responses"] as Json | undefined;
      const found = Object.entries(responses ?? {}).find(([status]) => status.startsWith("2"));
      if (found === undefined) continue;
      const content = resolve(found[1])["content"] as Readonly<Record<string, Json>> | undefined;
      const schema = content?.["application/json"]?.["schema"];
      const body = schema === undefined ? {} : { body: smallest(schema, "") };
      answers.push([`${method.toUpperCase()} ${path}`, { status: Number(found[0]), ...body }]);
    }
  }
  return Object.fromEntries(answers);
}

/** A `fetch` that gives these answers. The most literal path that fits is the one that is meant. */
export function answering(answers: SmallAnswers): typeof fetch {
  const routes = Object.entries(answers)
    .map(([operation, answer]) => {
      const [method = "", path = ""] = operation.split(" ");
      return { method, answer, pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, "([^/]+)")}$`) };
    })
    .sort((a, b) => a.pattern.source.split("(").length - b.pattern.source.split("(").length);
  return async (input, init) => {
    const { pathname } = new URL(String(input));
    const method = init?.method ?? "GET";
    const route = routes.find((each) => each.method === method && each.pattern.test(pathname));
    if (route === undefined) throw new Error(`${method} ${pathname} is not among the answers`);
    const { status, body } = route.answer;
    return body === undefined ? new Response(null, { status }) : Response.json(body, { status });
  };
}

/** The names of everything in a value, at every depth. */
export function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== "object" || value === null) return value === null ? null : typeof value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, each]) => [key, shapeOf(each)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
