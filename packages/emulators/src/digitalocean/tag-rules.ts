import { apiError, notFound, unprocessable } from "./errors.ts";
import type { TaggedKind, TagRecord } from "./records.ts";
import type { World } from "./world.ts";

/** Letters, digits, colon, dash, underscore; 1 to 255. */
export const TAG_NAME: RegExp = /^[a-zA-Z0-9_:-]{1,255}$/;

const KINDS: ReadonlySet<string> = new Set(["droplet", "database", "image", "volume", "volume_snapshot"]);

/** Refuses the tags of a creation when one of them has a character that tags cannot have. */
export function checkTags(world: World, names: readonly string[]): void {
  const wrong = names.find((name) => !TAG_NAME.test(name));
  if (wrong === undefined) return;
  throw apiError(
    world.settings.invalidTagStatus,
    `Error validating resource tag: ${JSON.stringify(wrong)} contains invalid characters`,
  );
}

export function findTag(world: World, name: string): TagRecord | undefined {
  return world.tags.get(name.toLowerCase());
}

/** The tag of that name, made if need be; its capitals are those of the first use. */
export function ensureTag(world: World, name: string, now: number): TagRecord {
  const known = findTag(world, name);
  if (known !== undefined) return known;
  const tag: TagRecord = { id: name.toLowerCase(), name, lastTagged: undefined, lastTaggedOf: {} };
  world.tags.put(tag, now);
  return tag;
}

/** The path by which a tag names a resource of a kind. */
function pathOf(kind: TaggedKind, id: string): string {
  if (kind === "droplet") return `/v2/droplets/${id}`;
  return kind === "volume" ? `/v2/volumes/${id}` : `/v2/snapshots/${id}`;
}

/** Tags as a resource carries them: made if need be, in their own spelling, each once. */
export function useTags(
  world: World,
  names: readonly string[],
  kind: TaggedKind,
  id: string,
  now: number,
): readonly string[] {
  const used = new Set<string>();
  for (const name of names) {
    const tag = ensureTag(world, name, now);
    const path = pathOf(kind, id);
    world.tags.put({ ...tag, lastTagged: path, lastTaggedOf: { ...tag.lastTaggedOf, [kind]: path } }, now);
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
function tagged(world: World, kind: string, id: string, now: number): Tagged | undefined {
  if (kind === "volume") {
    const volume = world.volumes.get(id);
    if (volume === undefined) return undefined;
    const { text: _, ...rest } = volume;
    return { kind, tags: volume.tags, change: (tags) => world.volumes.put({ ...rest, tags }, now) };
  }
  if (kind === "volume_snapshot") {
    const snapshot = world.snapshots.get(id);
    if (snapshot?.resourceType !== "volume") return undefined;
    const { text: _, ...rest } = snapshot;
    return { kind, tags: snapshot.tags, change: (tags) => world.snapshots.put({ ...rest, tags }, now) };
  }
  if (kind === "droplet") {
    const droplet = world.droplets.get(Number(id));
    if (droplet === undefined) return undefined;
    return { kind, tags: droplet.tags, change: (tags) => world.droplets.put({ ...droplet, tags }, now) };
  }
  return undefined;
}

interface ResourceName {
  readonly resource_id: string;
  readonly resource_type: string;
}

function resolve(world: World, names: readonly ResourceName[], now: number): (Tagged & { id: string })[] {
  return names.map(({ resource_id: id, resource_type: kind }) => {
    if (!KINDS.has(kind)) throw unprocessable(`resource_type ${JSON.stringify(kind)} cannot be tagged`);
    const found = tagged(world, kind, id, now);
    if (found === undefined) throw notFound();
    return { ...found, id };
  });
}

/** Tags resources, all of them or, when one does not exist, none. */
export function tagResources(
  world: World,
  tag: TagRecord,
  names: readonly ResourceName[],
  now: number,
): void {
  for (const { kind, id, tags, change } of resolve(world, names, now)) {
    const [name = tag.name] = useTags(world, [tag.name], kind, id, now);
    if (!tags.includes(name)) change([...tags, name]);
  }
}

/** Takes a tag from resources, all of them or, when one does not exist, none. Not having it is no error. */
export function untagResources(
  world: World,
  tag: TagRecord,
  names: readonly ResourceName[],
  now: number,
): void {
  for (const { tags, change } of resolve(world, names, now)) {
    if (tags.includes(tag.name)) change(tags.filter((name) => name !== tag.name));
  }
}

/** Every resource that carries a tag. */
export function resourcesOf(world: World, tag: TagRecord): { kind: TaggedKind; id: string }[] {
  const found: { kind: TaggedKind; id: string }[] = [];
  const collect = (
    kind: TaggedKind,
    items: readonly { id: string | number; tags: readonly string[] }[],
  ): void => {
    for (const { id, tags } of items) if (tags.includes(tag.name)) found.push({ kind, id: String(id) });
  };
  collect("droplet", world.droplets.all());
  collect("volume", world.volumes.all());
  collect("volume_snapshot", world.snapshots.all());
  return found;
}

/** Removes a tag from the account and from everything that carries it. */
export function deleteTag(world: World, tag: TagRecord, now: number): void {
  for (const { kind, id } of resourcesOf(world, tag)) {
    const found = tagged(world, kind, id, now);
    found?.change(found.tags.filter((name) => name !== tag.name));
  }
  world.tags.remove(tag.id, now);
}
