import { createTagBody, readBody, tagResourcesBody } from "./bodies.ts";
import { type Call, type Handler, jsonText, many, NO_CONTENT, type Operation, one } from "./call.ts";
import type { TaggedKind, TagRecord } from "./records.ts";
import { apiError, notFound, unprocessable } from "./responses.ts";
import type { State } from "./state.ts";

/** Letters, digits, colon, dash, underscore; 1 to 255. */
const TAG_NAME: RegExp = /^[a-zA-Z0-9_:-]{1,255}$/;

const KINDS: ReadonlySet<string> = new Set(["droplet", "database", "image", "volume", "volume_snapshot"]);

/** Refuses the tags of a creation when one of them has a character that tags cannot have. */
export function checkTags(state: State, names: readonly string[]): void {
  const wrong = names.find((name) => !TAG_NAME.test(name));
  if (wrong === undefined) return;
  throw apiError(
    state.options.invalidTagStatus,
    `Error validating resource tag: ${JSON.stringify(wrong)} contains invalid characters`,
  );
}

function findTag(state: State, name: string): TagRecord | undefined {
  return state.tags.get(name.toLowerCase());
}

/** The tag of that name, made if need be; its capitals are those of the first use. */
export function ensureTag(state: State, name: string, now: number): TagRecord {
  const known = findTag(state, name);
  if (known !== undefined) return known;
  const tag: TagRecord = { id: name.toLowerCase(), name, lastTagged: undefined, lastTaggedOf: {} };
  state.tags.put(tag, now);
  return tag;
}

/** The path by which a tag names a resource of a kind. */
function pathOf(kind: TaggedKind, id: string): string {
  if (kind === "droplet") return `/v2/droplets/${id}`;
  return kind === "volume" ? `/v2/volumes/${id}` : `/v2/snapshots/${id}`;
}

/** Tags as a resource carries them: made if need be, in their own spelling, each once. */
export function useTags(
  state: State,
  names: readonly string[],
  kind: TaggedKind,
  id: string,
  now: number,
): readonly string[] {
  const used = new Set<string>();
  for (const name of names) {
    const tag = ensureTag(state, name, now);
    const path = pathOf(kind, id);
    state.tags.put({ ...tag, lastTagged: path, lastTaggedOf: { ...tag.lastTaggedOf, [kind]: path } }, now);
    used.add(tag.name);
  }
  return [...used];
}

interface Tagged {
  readonly kind: TaggedKind;
  readonly tags: readonly string[];
  change(tags: readonly string[]): void;
}

/** A resource that can carry tags, or `undefined` when there is none of that kind and id. */
function tagged(state: State, kind: string, id: string, now: number): Tagged | undefined {
  if (kind === "volume") {
    const volume = state.volumes.get(id);
    if (volume === undefined) return undefined;
    return { kind, tags: volume.tags, change: (tags) => state.volumes.put({ ...volume, tags }, now) };
  }
  if (kind === "volume_snapshot") {
    const snapshot = state.snapshots.get(id);
    if (snapshot?.resourceType !== "volume") return undefined;
    return { kind, tags: snapshot.tags, change: (tags) => state.snapshots.put({ ...snapshot, tags }, now) };
  }
  if (kind === "droplet") {
    const droplet = state.droplets.get(Number(id));
    if (droplet === undefined) return undefined;
    return { kind, tags: droplet.tags, change: (tags) => state.droplets.put({ ...droplet, tags }, now) };
  }
  return undefined;
}

/** The resources that the body of a request names. */
function namedResources({ state, request, now }: Call): (Tagged & { id: string })[] {
  return readBody(tagResourcesBody, request).resources.map(({ resource_id: id, resource_type: kind }) => {
    if (!KINDS.has(kind)) throw unprocessable(`resource_type ${JSON.stringify(kind)} cannot be tagged`);
    const found = tagged(state, kind, id, now);
    if (found === undefined) throw notFound();
    return { ...found, id };
  });
}

/** Every resource that carries a tag. */
function resourcesOf(state: State, tag: TagRecord): { kind: TaggedKind; id: string }[] {
  const found: { kind: TaggedKind; id: string }[] = [];
  const collect = (
    kind: TaggedKind,
    items: readonly { id: string | number; tags: readonly string[] }[],
  ): void => {
    for (const { id, tags } of items) if (tags.includes(tag.name)) found.push({ kind, id: String(id) });
  };
  collect("droplet", state.droplets.all());
  collect("volume", state.volumes.all());
  collect("volume_snapshot", state.snapshots.all());
  return found;
}

function tagOf({ state, params }: Call): TagRecord {
  const tag = findTag(state, params["tag_name"] ?? "");
  if (tag === undefined) throw notFound();
  return tag;
}

interface Count {
  readonly count: number;
  readonly last_tagged_uri?: string;
}

function text({ state, request }: Call, tag: TagRecord): string {
  const base = state.options.publicUrl ?? request.origin;
  const resources = resourcesOf(state, tag);
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

const list: Handler = (call) => many(call, "tags", call.state.tags.all(), (tag) => text(call, tag));

const create: Handler = (call) => {
  const { name = "" } = readBody(createTagBody, call.request);
  if (!TAG_NAME.test(name)) {
    // The tag service answers in a shape of its own.
    const causes = [
      "rpc error: code = InvalidArgument desc = the tag name is empty, too long or has invalid characters",
    ];
    return jsonText(400, JSON.stringify({ error: "invalid tag name", messages: null, root_causes: causes }));
  }
  return one(201, "tag", text(call, ensureTag(call.state, name, call.now)));
};

const get: Handler = (call) => one(200, "tag", text(call, tagOf(call)));

/** Removes a tag from the account and from everything that carries it. */
const remove: Handler = (call) => {
  const { state, now } = call;
  const tag = tagOf(call);
  for (const { kind, id } of resourcesOf(state, tag)) {
    const found = tagged(state, kind, id, now);
    found?.change(found.tags.filter((name) => name !== tag.name));
  }
  state.tags.remove(tag.id, now);
  return NO_CONTENT;
};

/** Tags resources, all of them or, when one does not exist, none. */
const assign: Handler = (call) => {
  const { state, now } = call;
  const tag = tagOf(call);
  for (const { kind, id, tags, change } of namedResources(call)) {
    const [name = tag.name] = useTags(state, [tag.name], kind, id, now);
    if (!tags.includes(name)) change([...tags, name]);
  }
  return NO_CONTENT;
};

/** Takes a tag from resources, all of them or, when one does not exist, none. Not having it is no error. */
const unassign: Handler = (call) => {
  const tag = tagOf(call);
  for (const { tags, change } of namedResources(call)) {
    if (tags.includes(tag.name)) change(tags.filter((name) => name !== tag.name));
  }
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
