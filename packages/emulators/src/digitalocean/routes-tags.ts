import { type Call, type Handler, jsonText, many, NO_CONTENT, type Operation, one } from "./call.ts";
import { notFound } from "./errors.ts";
import type { TaggedKind, TagRecord } from "./records.ts";
import { createTagBody, readBody, tagResourcesBody } from "./requests.ts";
import {
  deleteTag,
  ensureTag,
  findTag,
  resourcesOf,
  TAG_NAME,
  tagResources,
  untagResources,
} from "./tag-rules.ts";

function tagOf({ world, params }: Call): TagRecord {
  const tag = findTag(world, params["tag_name"] ?? "");
  if (tag === undefined) throw notFound();
  return tag;
}

interface Count {
  readonly count: number;
  readonly last_tagged_uri?: string;
}

function text({ world, request }: Call, tag: TagRecord): string {
  const base = world.settings.publicUrl ?? request.origin;
  const resources = resourcesOf(world, tag);
  const counted = (count: number, path: string | undefined): Count =>
    path === undefined || count === 0 ? { count } : { count, last_tagged_uri: base + path };
  const of = (kind: TaggedKind): Count =>
    counted(resources.filter((resource) => resource.kind === kind).length, tag.lastTaggedOf[kind]);
  return JSON.stringify({
    name: tag.name,
    resources: {
      ...counted(resources.length, tag.lastTagged),
      droplets: of("droplet"),
      images: { count: 0 },
      volumes: of("volume"),
      volume_snapshots: of("volume_snapshot"),
      databases: { count: 0 },
    },
  });
}

const list: Handler = (call) => many(call, "tags", call.world.tags.all(), (tag) => text(call, tag));

const create: Handler = (call) => {
  const { name = "" } = readBody(createTagBody, call.request);
  if (!TAG_NAME.test(name)) {
    // The tag service answers in a shape of its own.
    const causes = [
      "rpc error: code = InvalidArgument desc = the tag name is empty, too long or has invalid characters",
    ];
    return jsonText(400, JSON.stringify({ error: "invalid tag name", messages: null, root_causes: causes }));
  }
  return one(201, "tag", text(call, ensureTag(call.world, name, call.now)));
};

const get: Handler = (call) => one(200, "tag", text(call, tagOf(call)));

const remove: Handler = (call) => {
  deleteTag(call.world, tagOf(call), call.now);
  return NO_CONTENT;
};

const assign: Handler = (call) => {
  const tag = tagOf(call);
  tagResources(call.world, tag, readBody(tagResourcesBody, call.request).resources, call.now);
  return NO_CONTENT;
};

const unassign: Handler = (call) => {
  const tag = tagOf(call);
  untagResources(call.world, tag, readBody(tagResourcesBody, call.request).resources, call.now);
  return NO_CONTENT;
};

export const tagOperations: readonly Operation[] = [
  { method: "GET", path: "/v2/tags", scopes: ["tag:read"], handler: list },
  { method: "POST", path: "/v2/tags", scopes: ["tag:create"], handler: create },
  { method: "GET", path: "/v2/tags/{tag_name}", scopes: ["tag:read"], handler: get },
  { method: "DELETE", path: "/v2/tags/{tag_name}", scopes: ["tag:delete"], handler: remove },
  { method: "POST", path: "/v2/tags/{tag_name}/resources", scopes: ["tag:create"], handler: assign },
  { method: "DELETE", path: "/v2/tags/{tag_name}/resources", scopes: ["tag:delete"], handler: unassign },
];
