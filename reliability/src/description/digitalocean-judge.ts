/** The provider's own description as the judge of requests and answers. */
import { readFileSync } from "node:fs";
import { Ajv, type ValidateFunction } from "ajv";
import formats from "ajv-formats";
import { parse } from "yaml";

/** One request and its answer, as they went over the wire. */
export interface Exchange {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly requestBody: string;
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

export interface Judge {
  /** What is wrong with the request, one sentence each. `undefined`: the description does not cover it. */
  request(exchange: Exchange): string[] | undefined;
  /** What is wrong with the answer. `undefined`: the description does not cover it. */
  answer(exchange: Exchange): string[] | undefined;
}

type Json = Readonly<Record<string, unknown>>;

interface Operation {
  readonly pattern: RegExp;
  readonly names: readonly string[];
  readonly pointer: string;
  readonly json: Json;
}

interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly required?: boolean;
  readonly schema: Json;
}

const DOCUMENT = "openapi";

export function createJudge(path: URL): Judge {
  const document = parse(readFileSync(path, "utf8")) as Json;
  // Not strict: OpenAPI's own keywords (example, discriminator, …) are none of JSON Schema. One pattern of the
  // document is not valid under the flag `u`.
  const ajv = new Ajv({ strict: false, unicodeRegExp: false, validateSchema: false, allErrors: true });
  formats.default(ajv);
  ajv.addSchema({ ...document, $id: DOCUMENT });
  const operations = readOperations(document);
  const compiled = new Map<string, ValidateFunction>();

  function resolve(json: Json): { readonly json: Json; readonly pointer: string | undefined } {
    const reference = json["$ref"];
    if (typeof reference !== "string") return { json, pointer: undefined };
    return { json: follow(document, reference), pointer: reference.slice(1) };
  }
  function find({
    method,
    target,
  }: Exchange): { operation: Operation; values: readonly string[] } | undefined {
    const path = target.split("?", 1)[0] ?? "";
    const fitting = operations.filter(({ pattern }) => pattern.test(path));
    // Literal paths come before those with parameters.
    const [nearest] = fitting.map(({ names }) => names.length).sort((one, other) => one - other);
    const operation = fitting.find(
      ({ names, pointer }) => names.length === nearest && pointer.endsWith(`/${method.toLowerCase()}`),
    );
    if (operation === undefined) return undefined;
    return { operation, values: (operation.pattern.exec(path) ?? []).slice(1).map(decodeURIComponent) };
  }
  function compile(pointer: string): ValidateFunction {
    const known = compiled.get(pointer);
    if (known !== undefined) return known;
    const validate = ajv.compile({ $ref: `${DOCUMENT}#${pointer}` });
    compiled.set(pointer, validate);
    return validate;
  }
  function complaints(pointer: string, value: unknown, where: string): string[] {
    const validate = compile(pointer);
    if (validate(value)) return [];
    return (validate.errors ?? []).map((each) => `${where}${each.instancePath}: ${each.message}`);
  }
  function complaintsBySchema(schema: Json, text: string, where: string): string[] {
    const reference = schema["$ref"];
    // One that is compiled as it stands is found again by its identity.
    const validate = typeof reference === "string" ? compile(reference.slice(1)) : ajv.compile(schema);
    const value = /^-?\d+$/.test(text) && readsNumbers(resolve(schema).json) ? Number(text) : text;
    if (validate(value)) return [];
    return [`${where}: ${JSON.stringify(text)} ${ajv.errorsText(validate.errors ?? null)}`];
  }

  return {
    request(exchange) {
      const found = find(exchange);
      if (found === undefined) return undefined;
      const { json, names, pointer } = found.operation;
      const parameters = ((json["parameters"] ?? []) as Json[]).map(
        (each) => resolve(each).json,
      ) as unknown as Parameter[];
      const wrong = names.flatMap((name, index) => {
        const schema = parameters.find((each) => each.in === "path" && each.name === name)?.schema;
        return schema === undefined
          ? []
          : complaintsBySchema(schema, found.values[index] ?? "", `path ${name}`);
      });
      const query = new URLSearchParams(exchange.target.split("?")[1] ?? "");
      for (const [name, value] of query) {
        const schema = parameters.find((each) => each.in === "query" && each.name === name)?.schema;
        if (schema === undefined) wrong.push(`query ${name}: not documented`);
        else wrong.push(...complaintsBySchema(schema, value, `query ${name}`));
      }
      for (const { name, required } of parameters.filter((each) => each.in === "query")) {
        if (required === true && !query.has(name)) wrong.push(`query ${name}: missing`);
      }
      const schema = `${pointer}/requestBody/content/application~1json/schema`;
      if (json["requestBody"] !== undefined)
        wrong.push(...complaints(schema, parseJson(exchange.requestBody), "body"));
      else if (exchange.requestBody !== "") wrong.push("body: none is documented");
      return wrong;
    },
    answer(exchange) {
      const found = find(exchange);
      if (found === undefined) return undefined;
      const responses = found.operation.json["responses"] as Readonly<Record<string, Json>>;
      const documented = responses[exchange.status];
      const { json, pointer } = resolve(documented ?? responses["default"] ?? {});
      const wrong = documented === undefined ? [`status ${exchange.status}: not documented`] : [];
      for (const [name, header] of Object.entries(
        (json["headers"] ?? {}) as Readonly<Record<string, Json>>,
      )) {
        const value = exchange.headers.get(name);
        const schema = resolve(header).json["schema"] as Json;
        if (value === null) wrong.push(`header ${name}: missing`);
        else wrong.push(...complaintsBySchema(schema, value, `header ${name}`));
      }
      if (json["content"] === undefined)
        return exchange.body === "" ? wrong : [...wrong, "body: none is documented"];
      const schema = `${pointer}/content/application~1json/schema`;
      return [...wrong, ...complaints(schema, parseJson(exchange.body), "body")];
    },
  };
}

function readOperations(document: Json): Operation[] {
  const paths = document["paths"] as Readonly<Record<string, Readonly<Record<string, Json>>>>;
  return Object.entries(paths).flatMap(([path, item]) => {
    const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
    const pattern = new RegExp(`^${path.replace(/\{\w+\}/g, "([^/]+)")}$`);
    const escaped = path.replaceAll("/", "~1");
    return Object.entries(item).map(([method, json]) => ({
      pattern,
      names,
      pointer: `/paths/${escaped}/${method}`,
      json,
    }));
  });
}

function follow(document: Json, reference: string): Json {
  const keys = reference.slice(2).split("/");
  return keys.reduce<unknown>((at, key) => (at as Json)[key.replaceAll("~1", "/")], document) as Json;
}

function readsNumbers(schema: Json): boolean {
  return schema["type"] === "integer" || schema["type"] === "number";
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return `not JSON: ${text.slice(0, 100)}`;
  }
}
