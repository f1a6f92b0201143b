import { readFileSync } from "node:fs";
import { Ajv, type ValidateFunction } from "ajv";
import { parse } from "yaml";

/** One request with its answer, as they went over the wire. */
export interface Exchange {
  readonly method: string;
  readonly url: URL;
  readonly requestBody: string;
  readonly status: number;
  readonly answerBody: string;
}

/** What one side of an exchange was found to be. */
export interface Verdict {
  /** What is not as described, each headed by the operation's id. */
  readonly problems: readonly string[];
  /** Whether there was a body to compare. */
  readonly hasBody: boolean;
}

/** The vendor's own description of version 1.0, as a judge. */
export interface Judge {
  /** Ids of all operations. */
  readonly operations: readonly string[];
  operationOf(exchange: Exchange): string;
  request(exchange: Exchange): Verdict;
  answer(exchange: Exchange): Verdict;
}

type Json = Readonly<Record<string, unknown>>;

interface Content {
  readonly content?: { readonly "application/json"?: { readonly schema: Json } };
}

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Json }[];
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, Content>>;
}

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Json };
}

export function createJudge(file: URL): Judge {
  const { paths, components } = parse(readFileSync(file, "utf8")) as Description;
  const ajv = new Ajv({ allErrors: true, strict: false, coerceTypes: false });
  ajv.addFormat("int64", true);
  ajv.addFormat("date-time", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/);
  const schemas = Object.entries(components.schemas).map(([name, schema]) => [name, strict(schema)]);
  ajv.addSchema({ $id: "description", $defs: Object.fromEntries(schemas) });
  const compiled = new Map<Json, ValidateFunction>();

  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      operation,
      method: method.toUpperCase(),
      isLiteral: !path.includes("{"),
      pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`),
    })),
  );
  // `/v1/volumes/quota-sets` comes before `/v1/volumes/{volume_id}`.
  routes.sort((a, b) => Number(b.isLiteral) - Number(a.isLiteral));

  function find({ method, url }: Exchange): Operation {
    const route = routes.find((each) => each.method === method && each.pattern.test(url.pathname));
    if (route === undefined) throw new Error(`${method} ${url.pathname} is not described`);
    return route.operation;
  }

  function misfits(schema: Json, value: unknown): readonly string[] {
    let validate = compiled.get(schema);
    if (validate === undefined) {
      validate = ajv.compile(strict(schema) as object);
      compiled.set(schema, validate);
    }
    validate(value);
    return (validate.errors ?? []).map(({ instancePath, message = "", params }) => {
      const key = (params as { additionalProperty?: string }).additionalProperty ?? "";
      return `${instancePath.replaceAll(/\/\d+/g, "/*")} ${message} ${key}`.trim();
    });
  }

  function verdict(operation: Operation, problems: readonly string[], hasBody: boolean): Verdict {
    return { problems: problems.map((each) => `${operation.operationId}: ${each}`), hasBody };
  }

  return {
    operations: routes.map(({ operation }) => operation.operationId),
    operationOf: (exchange) => find(exchange).operationId,
    request: (exchange) => {
      const operation = find(exchange);
      const problems: string[] = [];
      for (const [name, value] of exchange.url.searchParams) {
        const parameter = operation.parameters?.find((each) => each.name === name && each.in === "query");
        if (parameter === undefined) problems.push(`query ${name} is not described`);
        else {
          const wrong = misfits(parameter.schema, typed(parameter.schema, value));
          problems.push(...wrong.map((each) => `query ${name} ${each}`));
        }
      }
      const schema = operation.requestBody?.content?.["application/json"]?.schema;
      const { requestBody } = exchange;
      if (schema === undefined && requestBody !== "") problems.push("a request body is not described");
      if (schema !== undefined) {
        problems.push(...misfits(schema, JSON.parse(requestBody || "null")).map((each) => `request ${each}`));
      }
      return verdict(operation, problems, schema !== undefined);
    },
    answer: (exchange) => {
      const operation = find(exchange);
      const { status, answerBody } = exchange;
      const answer = operation.responses[String(status)];
      if (answer === undefined) return verdict(operation, [`status ${status} is not described`], false);
      const schema = answer.content?.["application/json"]?.schema;
      if (schema !== undefined) {
        const wrong = misfits(schema, JSON.parse(answerBody));
        return verdict(
          operation,
          wrong.map((each) => `answer ${status} ${each}`),
          true,
        );
      }
      const isEmpty = status >= 300 || answerBody === "";
      return verdict(operation, isEmpty ? [] : [`answer ${status} has a body`], false);
    },
  };
}

/**
 * A schema as JSON Schema has it (the file says 3.1 and uses `nullable` of 3.0), and as the vendor's own client takes
 * it: no key too many.
 */
function strict(schema: unknown): unknown {
  if (typeof schema !== "object" || schema === null) return schema;
  const { nullable, $ref, ...rest } = schema as Json;
  if (typeof $ref === "string") return { $ref: `description#/$defs/${$ref.split("/").at(-1)}` };
  const { properties, items, allOf, type } = rest;
  return {
    ...rest,
    ...(nullable === true ? { type: [type, "null"] } : {}),
    ...(Array.isArray(allOf) ? { allOf: allOf.map(strict) } : {}),
    ...(items === undefined ? {} : { items: strict(items) }),
    ...(properties === undefined
      ? {}
      : { type: "object", additionalProperties: false, properties: each(properties) }),
  };
}

function each(properties: unknown): Json {
  return Object.fromEntries(
    Object.entries(properties as Json).map(([name, schema]) => [name, strict(schema)]),
  );
}

/** A query parameter's text as the type that its schema names. */
function typed(schema: Json, text: string): unknown {
  if (schema["type"] === "integer" && /^\d+$/.test(text)) return Number(text);
  if (schema["type"] === "boolean" && /^(?:true|false)$/.test(text)) return text === "true";
  return text;
}
