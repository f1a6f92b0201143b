import * as z from "zod";
import { check, dateTime, positive, strictObject, text } from "../kit/validation.ts";

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
export type Seed = z.output<typeof seedSchema>;

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
export function parseSeed(data: unknown, exists: (dropletId: number) => boolean): Seed {
  const isState = typeof data === "object" && data !== null && "now" in data;
  if (!isState) return check(seedSchema, data, "seed");
  const state = check(stateSchema, data, "seed");
  return { ...state, droplets: state.droplets.filter(({ id }) => !exists(id)) };
}
