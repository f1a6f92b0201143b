import * as z from "zod";
import { check, dateTime, InvalidInput, positive, strictObject, text } from "../kit/validation.ts";
import { type DropletRecord, PLAIN_DROPLET, type SnapshotRecord, type VolumeRecord } from "./records.ts";
import type { State } from "./state.ts";
import { ensureTag, useTags } from "./tags.ts";

const hexId = z.string().regex(/^[0-9a-f-]+$/, "must be lower-case hexadecimal digits and dashes");
const tags = z
  .array(z.string().regex(/^[a-zA-Z0-9_:-]{1,255}$/, "must be letters, digits, _, -, : (up to 255)"))
  .readonly();

const droplet = strictObject({
  /** Its number. */
  id: positive,
  /** Slug of its region. */
  region: text,
  /** Default `droplet-<id>`. */
  name: text.optional(),
  /** Flat tags. */
  tags: tags.default([]),
});

const volume = strictObject({
  /** Its name. */
  name: text,
  /** Slug of its region. */
  region: text,
  /** Its size in GiB. */
  size_gigabytes: positive,
  /** Default: made up. */
  id: hexId.optional(),
  /** Default: none. */
  description: z.string().default(""),
  /** The Droplet it is attached to. */
  droplet_id: positive.optional(),
  /** ISO 8601. Default: now. */
  created_at: dateTime.optional(),
  /** Default: none. */
  filesystem_type: z.enum(["ext4", "xfs", ""]).default(""),
  /** Default: none. */
  filesystem_label: z.string().default(""),
  /** Flat tags. */
  tags: tags.default([]),
  /** GB that its snapshots are billed for. Default 0. */
  used_gigabytes: z.number().min(0).default(0),
});

const snapshot = strictObject({
  /** Its name. */
  name: text,
  /** Default `volume`. */
  resource_type: z.enum(["volume", "droplet"]).default("volume"),
  /** Default: made up. Digits for a Droplet snapshot. */
  id: hexId.optional(),
  /** Id of the volume or Droplet it was taken of, which need not exist. Default: the volume that `volume_name` names. */
  resource_id: text.optional(),
  /** Name of a volume, in `region` if several have it. */
  volume_name: text.optional(),
  /** Where it can be restored. Default: the region of its volume. */
  region: text.optional(),
  /** The regions that it shows. Default: its region. */
  regions: z.array(text).readonly().optional(),
  /** Default: the size of its volume. */
  min_disk_size: positive.optional(),
  /** Default: what its volume uses. */
  size_gigabytes: z.number().min(0).optional(),
  /** ISO 8601. Default: now. */
  created_at: dateTime.optional(),
  /** Default: that of its volume. */
  filesystem_type: z.enum(["ext4", "xfs", ""]).optional(),
  /** Default: that of its volume. */
  filesystem_label: z.string().optional(),
  /** Flat tags. */
  tags: tags.default([]),
});

const seedSchema = strictObject({
  /** Droplets to add. */
  droplets: z.array(droplet).readonly().default([]),
  /** Volumes to add. */
  volumes: z.array(volume).readonly().default([]),
  /** Snapshots to add, also of Droplets. */
  snapshots: z.array(snapshot).readonly().default([]),
  /** Tags that exist without being on anything. */
  tags: tags.default([]),
  /** Ids of images that are not snapshots: `/v2/snapshots/{id}` answers 400 for them. */
  images: z.array(positive).readonly().default([]),
  /** How the next actions end, one after the other. */
  action_outcomes: z
    .array(z.enum(["completed", "errored"]))
    .readonly()
    .default([]),
});

/**
 * Data to begin with. Names of members are those of the API. Limits and rules that hold for requests do not hold
 * here: old names, many snapshots and sizes of every kind can be had.
 */
export interface DigitalOceanSeed extends z.input<typeof seedSchema> {}
/** A Droplet to begin with. */
export interface DropletSeed extends z.input<typeof droplet> {}
/** A volume to begin with. */
export interface VolumeSeed extends z.input<typeof volume> {}
/** A snapshot to begin with. */
export interface SnapshotSeed extends z.input<typeof snapshot> {}

/** A seed with every default filled in. */
type Seed = z.output<typeof seedSchema>;

const regionSlug = z.object({ slug: text }).transform(({ slug }) => slug);

/** The `state()` of an emulator as a seed. What is not part of a seed, actions above all, is left out. */
const stateSchema = z.object({
  ...seedSchema.shape,
  droplets: z.array(z.object({ ...droplet.shape, region: regionSlug })),
  volumes: z.array(
    z
      .object({ ...volume.shape, region: regionSlug, droplet_ids: z.array(positive) })
      .transform(({ droplet_ids: [id], ...rest }) => ({ ...rest, droplet_id: id })),
  ),
  snapshots: z.array(z.object(snapshot.shape)),
});

/**
 * Checks the shape of a seed, which a state may be as well; throws `InvalidInput`. Of a state, Droplets that `exists`
 * knows are left out: they are those of the options.
 */
function parseSeed(data: unknown, exists: (dropletId: number) => boolean): Seed {
  const isState = typeof data === "object" && data !== null && "now" in data;
  if (!isState) return check(seedSchema, data, "seed");
  const state = check(stateSchema, data, "seed");
  return { ...state, droplets: state.droplets.filter(({ id }) => !exists(id)) };
}

/** Adds data to the account; throws `InvalidInput`, with nothing added, when it does not fit. */
export function addSeed(state: State, data: unknown, now: number): void {
  const seed = parseSeed(data, (id) => state.droplets.get(id) !== undefined);
  const plan = planSeed(state, seed, now);
  for (const tag of seed.tags) ensureTag(state, tag, now);
  const tagged = <Item extends { readonly id: string | number; readonly tags: readonly string[] }>(
    items: readonly Item[],
    kind: "droplet" | "volume" | "volume_snapshot",
  ): readonly Item[] =>
    items.map((item) => ({ ...item, tags: useTags(state, item.tags, kind, String(item.id), now) }));
  state.droplets.load(tagged(plan.droplets, "droplet"));
  state.volumes.load(tagged(plan.volumes, "volume"));
  state.snapshots.load(tagged(plan.snapshots, "volume_snapshot"));
  for (const id of seed.images) state.images.add(String(id));
  state.plannedOutcomes.push(...seed.action_outcomes);
}

interface SeedPlan {
  readonly droplets: readonly DropletRecord[];
  readonly volumes: readonly VolumeRecord[];
  readonly snapshots: readonly SnapshotRecord[];
}

/** The records that a seed adds, checked against what exists. */
function planSeed(state: State, seed: Seed, now: number): SeedPlan {
  const taken = new Set<string>();
  const createdAt = (text: string | undefined): number => (text === undefined ? now : Date.parse(text));

  function take(key: string, place: string, what: string, exists: boolean, where: string = ""): void {
    if (exists) throw new InvalidInput(`${place}: ${what} exists already${where}`);
    if (taken.has(key)) throw new InvalidInput(`${place}: ${what} is given twice${where}`);
    taken.add(key);
  }

  function takeId(id: string, place: string): void {
    const exists = state.volumes.get(id) !== undefined || state.snapshots.get(id) !== undefined;
    take(`id ${id}`, `${place}.id`, `"${id}"`, exists);
  }

  function checkRegion(slug: string, place: string): void {
    const known = state.regions.all().join(", ");
    if (!state.regions.has(slug))
      throw new InvalidInput(`${place}.region: "${slug}" is no region; known: ${known}`);
  }

  const droplets = seed.droplets.map((one, index): DropletRecord => {
    const { id, region, name = `droplet-${id}`, tags } = one;
    const place = `seed.droplets[${index}]`;
    checkRegion(region, place);
    take(`droplet ${id}`, `${place}.id`, String(id), state.droplets.get(id) !== undefined);
    return { id, region, name, tags, createdAt: now, ...PLAIN_DROPLET };
  });

  const volumes = seed.volumes.map((one, index): VolumeRecord => {
    const { name, region, id = state.newId(), droplet_id: dropletId } = one;
    const place = `seed.volumes[${index}]`;
    checkRegion(region, place);
    takeId(id, place);
    const exists = state.volumeNamed(name, region) !== undefined;
    take(`name ${region}/${name}`, `${place}.name`, `"${name}"`, exists, ` in ${region}`);
    if (dropletId !== undefined) {
      const droplet = state.droplets.get(dropletId) ?? droplets.find((other) => other.id === dropletId);
      if (droplet?.region !== region)
        throw new InvalidInput(`${place}.droplet_id: there is no Droplet ${dropletId} in ${region}`);
    }
    return {
      id,
      name,
      region,
      description: one.description,
      sizeGiB: one.size_gigabytes,
      dropletId,
      createdAt: createdAt(one.created_at),
      filesystemType: one.filesystem_type,
      filesystemLabel: one.filesystem_label,
      tags: one.tags,
      usedGB: one.used_gigabytes,
    };
  });
  const volumesById = new Map(volumes.map((volume) => [volume.id, volume]));

  /** The volume that a snapshot was taken of, when it exists. */
  function sourceOf(one: Seed["snapshots"][number], place: string): VolumeRecord | undefined {
    const { volume_name: name, resource_id: id = "", region } = one;
    if (name === undefined) return state.volumes.get(id) ?? volumesById.get(id);
    const named = [...state.volumes.by("name", name), ...volumes.filter((volume) => volume.name === name)];
    const found = region === undefined ? named : named.filter((volume) => volume.region === region);
    if (found.length === 1) return found[0];
    throw new InvalidInput(
      `${place}.volume_name: ${found.length} volumes are named "${name}", one is needed`,
    );
  }

  const newSnapshotId = (type: "volume" | "droplet"): string =>
    type === "volume" ? state.newId() : state.newImageId((id) => taken.has(`id ${id}`));

  const snapshots = seed.snapshots.map((one, index): SnapshotRecord => {
    const place = `seed.snapshots[${index}]`;
    const { resource_type: resourceType, name, tags } = one;
    const source = sourceOf(one, place);
    const region = one.region ?? source?.region ?? one.regions?.[0];
    const minDiskSize = one.min_disk_size ?? source?.sizeGiB;
    const resourceId = one.resource_id ?? source?.id;
    if (region === undefined)
      throw new InvalidInput(`${place}.region: needed, since its volume does not exist`);
    if (minDiskSize === undefined)
      throw new InvalidInput(`${place}.min_disk_size: needed, since its volume does not exist`);
    if (resourceId === undefined) throw new InvalidInput(`${place}: needs resource_id or volume_name`);
    const id = one.id ?? newSnapshotId(resourceType);
    takeId(id, place);
    return {
      id,
      name,
      resourceType,
      resourceId,
      regions: one.regions ?? [state.options.snapshotRegionNames[region] ?? region],
      homeRegion: region,
      createdAt: createdAt(one.created_at),
      minDiskSize,
      sizeGB: one.size_gigabytes ?? source?.usedGB ?? 0,
      filesystemType: one.filesystem_type ?? source?.filesystemType ?? "",
      filesystemLabel: one.filesystem_label ?? source?.filesystemLabel ?? "",
      tags,
    };
  });
  return { droplets, volumes, snapshots };
}
