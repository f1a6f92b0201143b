import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { operations } from "../../src/samsung-scp/operations.ts";
import { type Reply, SERVER, startScp } from "./harness.ts";

/*
 * The vendor's own description of version 1.0. Answers are judged as its generated client judges them: no key
 * too many, no required key too few.
 */

interface Schema {
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly type?: string;
  readonly nullable?: boolean;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maxLength?: number;
  readonly minLength?: number;
}

interface Described {
  readonly method: string;
  readonly path: string;
  readonly action: string;
  readonly access: string;
  readonly request: string | null;
  readonly status: number;
  readonly response: string | null;
}

interface Description {
  readonly operations: Readonly<Record<string, Described>>;
  readonly schemas: Readonly<Record<string, Schema>>;
}

/** The provider's file is not part of this repository; where it lies beside it, it is the judge. */
const FILE = new URL("../../../../../shared/reference/scp-virtualserver-1.0.openapi.yaml", import.meta.url);
const description: Description = existsSync(FILE) ? read(FILE) : { operations: {}, schemas: {} };
const judged = test.skipIf(!existsSync(FILE));

function read(file: URL): Description {
  const { paths, components } = parse(readFileSync(file, "utf8"));
  const operations: Record<string, Described> = {};
  for (const [path, methods] of Object.entries<Record<string, Record<string, unknown>>>(paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      if (typeof operation["operationId"] !== "string") continue;
      const responses = operation["responses"] as Record<string, unknown>;
      const status = Object.keys(responses).find((each) => each.startsWith("2")) ?? "0";
      operations[operation["operationId"]] = {
        method: method.toUpperCase(),
        path,
        action: String(operation["x-action-id"]),
        access: String(operation["x-api-access-level"]),
        request: schemaName(operation["requestBody"]),
        status: Number(status),
        response: schemaName(responses[status]),
      };
    }
  }
  return { operations, schemas: components.schemas };
}

function schemaName(part: unknown): string | null {
  const content = (part as { content?: Record<string, { schema?: Schema }> } | undefined)?.content;
  return content?.["application/json"]?.schema?.$ref?.split("/").at(-1) ?? null;
}

function problems(schema: Schema, value: unknown, place: string): string[] {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split("/").at(-1) ?? "";
    return problems(description.schemas[name] ?? {}, value, place);
  }
  if (schema.allOf !== undefined) return schema.allOf.flatMap((one) => problems(one, value, place));
  if (value === null)
    return schema.nullable === true || schema.type === undefined ? [] : [`${place} is null`];
  if (schema.properties !== undefined) return objectProblems(schema, value, place);
  switch (schema.type) {
    case "array":
      if (!Array.isArray(value)) return [`${place} is no array`];
      return value.flatMap((one, index) => problems(schema.items ?? {}, one, `${place}[${index}]`));
    case "string":
      if (typeof value !== "string") return [`${place} is no string`];
      if (schema.format === "date-time" && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value))
        return [`${place} is no date-time: ${value}`];
      return [];
    case "integer":
      return Number.isInteger(value) ? [] : [`${place} is no integer`];
    case "boolean":
      return typeof value === "boolean" ? [] : [`${place} is no boolean`];
    default:
      return typeof value === "object" && !Array.isArray(value) ? [] : [`${place} is no object`];
  }
}

function objectProblems(schema: Schema, value: unknown, place: string): string[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [`${place} is no object`];
  const { properties = {}, required = [] } = schema;
  const missing = required.filter((key) => !(key in value)).map((key) => `${place}.${key} is missing`);
  const wrong = Object.entries(value).flatMap(([key, one]) => {
    const property = properties[key];
    return property ? problems(property, one, `${place}.${key}`) : [`${place}.${key} is unknown`];
  });
  return [...missing, ...wrong];
}

/** The file is cut to volumes and snapshots, so that these are not in it. */
const BEYOND = new Set(["listVirtualServers", "showVirtualServer"]);

judged("the emulator has every described operation, with its path, action and kind of access", () => {
  const own = Object.fromEntries(
    operations
      .filter(({ since, name }) => since === 1000 && !BEYOND.has(name))
      .map(({ name, method, path, action, access }) => [
        name,
        { method, path, action: `virtualserver:${action}`, access },
      ]),
  );
  const described = Object.fromEntries(
    Object.entries(description.operations).map(([name, { method, path, action, access }]) => [
      name,
      { method, path, action, access },
    ]),
  );
  expect(own).toEqual(described);
});

judged.each(["1.0", "1.1"])("every answer of version %s is as described", async (version) => {
  const { call, clock } = startScp({
    accessKeys: [{ accessKey: "OTHER", secretKey: "o", accountId: "other" }],
    servers: [{ id: SERVER, osDiskSize: 104 }],
  });
  const done = new Set<string>();
  const run = async (
    name: string,
    params: Record<string, string>,
    body?: unknown,
    more = {},
  ): Promise<Reply> => {
    const operation = description.operations[name];
    if (operation === undefined) throw new Error(`no operation ${name}`);
    const path = operation.path.replace(/\{(\w+)\}/g, (_all, key: string) => params[key] ?? "");
    const ask = { version, ...more, ...(body !== undefined && { body }) };
    if (operation.request !== null)
      expect(problems(description.schemas[operation.request] ?? {}, body, name)).toEqual([]);
    const reply = await call(operation.method, path, ask);
    expect([name, reply.status]).toEqual([name, operation.status]);
    if (operation.response === null) expect(reply.text).toBe("");
    else expect(problems({ $ref: operation.response }, reply.body, name)).toEqual([]);
    done.add(name);
    await clock.advance(5000);
    return reply;
  };

  const tags = [{ key: "a", value: "b" }];
  const volume_id: string = (await run("createVolume", {}, { name: "a", size: 8, tags })).body.id;
  const create = { name: "s", volume_id, description: "d", force: false, metadata: { a: "b" } };
  const snapshot_id: string = (await run("createSnapshot", {}, create)).body.id;
  await run("createSnapshot", {}, { name: "bare", volume_id });
  await run("createVolume", {}, { name: "copy", size: 8, snapshot_id, volume_type: "SSD" });
  await run("listSnapshot", {});
  await run("showSnapshot", { snapshot_id });
  await run("updateSnapshot", { snapshot_id }, { name: "new", description: null });
  const latest: string = (await call("GET", "/v1/snapshots?limit=1", { version })).body.snapshots[0].id;
  await run("revertVolumeToSnapshot", { volume_id }, { snapshot_id: latest });
  await run("deleteSnapshot", { snapshot_id: latest });
  await run("updateVolume", { volume_id }, { name: "new" });
  await run("extendVolume", { volume_id }, { size: 16 });
  await run("attachVolumeToVirtualServer", { volume_id }, { server_id: SERVER, delete_on_termination: true });
  await run("listVolumes", {});
  await run("listServerVolumes", { server_id: SERVER });
  await run("showVolume", { volume_id });
  await run("detachVolumeFromVirtualServer", { volume_id, server_id: SERVER });
  const params = { volume_id, server_id: SERVER };
  await run("createServerVolume", params, { volume_id, device: "/dev/vdc" });
  await run("showServerVolume", params);
  await run("updateServerVolume", params, { volume_id, delete_on_termination: false });
  await run("deleteServerVolume", params);
  await run("listVolumeTypes", {});
  const volume_type_id: string = (await run("showDefaultVolumeType", {})).body.id;
  await run("showVolumeType", { volume_type_id });
  await run("showVolumeQuotaSet", {});
  const first: string = (await run("createVolumeTransfer", {}, { volume_id })).body.id;
  await run("listVolumeTransfer", {});
  await run("showVolumeTransfer", { transfer_id: first });
  await run("deleteVolumeTransfer", { transfer_id: first });
  const { id, auth_key } = (await run("createVolumeTransfer", {}, { volume_id, name: "n" })).body;
  const other = { accessKey: "OTHER", secretKey: "o" };
  await run("acceptVolumeTransfer", { transfer_id: id }, { auth_key }, other);
  await run("deleteVolume", { volume_id }, undefined, other);
  expect([...done].sort()).toEqual(Object.keys(description.operations).sort());
});
