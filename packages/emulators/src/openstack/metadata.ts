import { createHash } from "node:crypto";
import type { ServiceResponse } from "../kit/service.ts";
import { pairs, readMember } from "./bodies.ts";
import type { Call, Operation } from "./call.ts";
import { ApiError, badRequest, json, refusal } from "./responses.ts";
import { invalid, python } from "./values.ts";

type Metadata = Readonly<Record<string, string>>;
type WithMetadata = { readonly id: string; readonly metadata: Metadata };

/** The metadata of a volume carries an entity tag since then. */
const ENTITY_TAGS = 15;

/** What can be done to the metadata of a volume or a snapshot, below its path. */
export function metadataOperations<Item extends WithMetadata>(
  path: string,
  kind: "Volume" | "Snapshot",
  itemOf: (call: Call) => Item,
  put: (call: Call, id: string, at: number, fields: { readonly metadata: Metadata }) => void,
): readonly Operation[] {
  const store = (call: Call, metadata: Metadata): Metadata => {
    put(call, itemOf(call).id, call.now, { metadata });
    return metadata;
  };
  const given = (call: Call): Metadata => readMember(call.request, "metadata", pairs);
  return [
    { method: "GET", path: `${path}/metadata`, handler: (call) => shown(call, itemOf(call).metadata, kind) },
    {
      method: "POST",
      path: `${path}/metadata`,
      handler: (call) => json(200, { metadata: store(call, { ...itemOf(call).metadata, ...given(call) }) }),
    },
    {
      method: "PUT",
      path: `${path}/metadata`,
      handler(call) {
        const wanted = call.request.headers.get("if-match");
        const isHeeded = kind === "Volume" && call.version >= ENTITY_TAGS;
        if (isHeeded && wanted !== undefined && wanted !== entityTag(itemOf(call).metadata))
          throw new ApiError(412, "", { "content-type": "text/html; charset=UTF-8" });
        return json(200, { metadata: store(call, given(call)) });
      },
    },
    {
      method: "GET",
      path: `${path}/metadata/{key}`,
      handler: (call) => json(200, { meta: { [keyOf(call)]: itemValue(call, itemOf(call), kind) } }),
    },
    {
      method: "PUT",
      path: `${path}/metadata/{key}`,
      handler(call) {
        const meta = readMember(call.request, "meta", pairs);
        const count = Object.keys(meta).length;
        if (count !== 1)
          throw badRequest(
            invalid(
              "meta",
              meta,
              `${python(meta)} ${count === 0 ? "does not have enough" : "has too many"} properties`,
            ),
          );
        const value = meta[keyOf(call)];
        if (value === undefined) throw badRequest("Request body and URI mismatch");
        store(call, { ...itemOf(call).metadata, [keyOf(call)]: value });
        return json(200, { meta: { [keyOf(call)]: value } });
      },
    },
    {
      method: "DELETE",
      path: `${path}/metadata/{key}`,
      handler(call) {
        const item = itemOf(call);
        itemValue(call, item, kind);
        const { [keyOf(call)]: _, ...rest } = item.metadata;
        store(call, rest);
        return { status: 200, headers: { "content-type": "text/html; charset=UTF-8" }, body: "" };
      },
    },
  ];
}

const keyOf = ({ params }: Call): string => params["key"] ?? "";

function itemValue(call: Call, { id, metadata }: WithMetadata, kind: string): string {
  const value = metadata[keyOf(call)];
  if (value !== undefined) return value;
  throw refusal(404, `${kind} ${id} has no metadata with key ${keyOf(call)}.`);
}

function entityTag(metadata: Metadata): string {
  const text = JSON.stringify(Object.entries(metadata).sort());
  return createHash("md5").update(text).digest("hex");
}

/** With an entity tag, the service gives its JSON another content type. */
function shown({ version }: Call, metadata: Metadata, kind: "Volume" | "Snapshot"): ServiceResponse {
  if (version < ENTITY_TAGS || kind === "Snapshot") return json(200, { metadata });
  const headers = { etag: entityTag(metadata), "content-type": "text/html; charset=UTF-8" };
  return { status: 200, headers, body: JSON.stringify({ metadata }) };
}
