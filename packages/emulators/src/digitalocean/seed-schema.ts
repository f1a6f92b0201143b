import * as z from "zod";
import { check, dateTime, text } from "../kit/validation.ts";

/**
 * Data to begin with. Names of members are those of the API. Limits and rules that hold for requests do not hold
 * here: old names, many snapshots and sizes of every kind can be had.
 */
export interface DigitalOceanSeed {
  /** Droplets to add. */
  readonly droplets?: readonly DropletSeed[] | undefined;
  /** Volumes to add. */
  readonly volumes?: readonly VolumeSeed[] | undefined;
  /** Snapshots to add, also of Droplets. */
  readonly snapshots?: readonly SnapshotSeed[] | undefined;
  /** Tags that exist without being on anything. */
  readonly tags?: readonly string[] | undefined;
  /** Ids of images that are not snapshots: `/v2/snapshots/{id}` answers 400 for them. */
  readonly images?: readonly number[] | undefined;
  /** How the next actions end, one after the other. */
  readonly action_outcomes?: readonly ("completed" | "errored")[] | undefined;
}

/** A Droplet to begin with. */
export interface DropletSeed {
  /** Its number. */
  readonly id: number;
  /** Slug of its region. */
  readonly region: string;
  /** Default `droplet-<id>`. */
  readonly name?: string | undefined;
  /** Flat tags. */
  readonly tags?: readonly string[] | undefined;
}

/** A volume to begin with. */
export interface VolumeSeed {
  /** Its name. */
  readonly name: string;
  /** Slug of its region. */
  readonly region: string;
  /** Its size in GiB. */
  readonly size_gigabytes: number;
  /** Default: made up. */
  readonly id?: string | undefined;
  /** Default: none. */
  readonly description?: string | undefined;
  /** The Droplet it is attached to. */
  readonly droplet_id?: number | undefined;
  /** ISO 8601. Default: now. */
  readonly created_at?: string | undefined;
  /** Default: none. */
  readonly filesystem_type?: "ext4" | "xfs" | "" | undefined;
  /** Default: none. */
  readonly filesystem_label?: string | undefined;
  /** Flat tags. */
  readonly tags?: readonly string[] | undefined;
  /** What snapshots of it are billed for, in GB. Default 0, as for a volume that was never written to. */
  readonly used_gigabytes?: number | undefined;
}

/** A snapshot to begin with. */
export interface SnapshotSeed {
  /** Its name. */
  readonly name: string;
  /** Default `volume`. */
  readonly resource_type?: "volume" | "droplet" | undefined;
  /** Default: made up. Digits for a Droplet snapshot. */
  readonly id?: string | undefined;
  /** Id of the volume or Droplet it was taken of, which need not exist. Default: the volume that `volume_name` names. */
  readonly resource_id?: string | undefined;
  /** Name of a volume, in `region` if several have it. */
  readonly volume_name?: string | undefined;
  /** Where it can be restored. Default: the region of its volume. */
  readonly region?: string | undefined;
  /** What it shows. Default: its region. */
  readonly regions?: readonly string[] | undefined;
  /** Default: the size of its volume. */
  readonly min_disk_size?: number | undefined;
  /** Default: what its volume uses. */
  readonly size_gigabytes?: number | undefined;
  /** ISO 8601. Default: now. */
  readonly created_at?: string | undefined;
  /** Flat tags. */
  readonly tags?: readonly string[] | undefined;
}

const uuid = z.string().regex(/^[0-9a-f-]+$/, "must be lower-case hexadecimal digits and dashes");
const tags = z.array(
  z.string().regex(/^[a-zA-Z0-9_:-]{1,255}$/, "must be letters, digits, _, -, : (up to 255)"),
);
const integer = z.int().min(1, "must be a whole number of 1 or more");

const droplet = z.strictObject({ id: integer, region: text, name: text.optional(), tags: tags.optional() });

const volume = z.strictObject({
  name: text,
  region: text,
  size_gigabytes: integer,
  id: uuid.optional(),
  description: z.string().optional(),
  droplet_id: integer.optional(),
  created_at: dateTime.optional(),
  filesystem_type: z.enum(["ext4", "xfs", ""]).optional(),
  filesystem_label: z.string().optional(),
  tags: tags.optional(),
  used_gigabytes: z.number().min(0).optional(),
});

const snapshot = z.strictObject({
  name: text,
  resource_type: z.enum(["volume", "droplet"]).optional(),
  id: uuid.optional(),
  resource_id: text.optional(),
  volume_name: text.optional(),
  region: text.optional(),
  regions: z.array(text).optional(),
  min_disk_size: integer.optional(),
  size_gigabytes: z.number().min(0).optional(),
  created_at: dateTime.optional(),
  tags: tags.optional(),
});

const seed: z.ZodType<DigitalOceanSeed> = z.strictObject({
  droplets: z.array(droplet).optional(),
  volumes: z.array(volume).optional(),
  snapshots: z.array(snapshot).optional(),
  tags: tags.optional(),
  images: z.array(integer).optional(),
  action_outcomes: z.array(z.enum(["completed", "errored"])).optional(),
});

/** Checks the shape of a seed; throws `InvalidInput`. */
export function parseSeed(data: unknown): DigitalOceanSeed {
  return check(seed, data, "seed");
}
