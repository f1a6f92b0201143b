import * as z from "zod";
import { check, dateTime, lowerCaseUuid, positive, strictObject, text, whole } from "../kit/validation.ts";
import { failureRule, serverOptions } from "./options.ts";
import { SNAPSHOT_STATUSES, VOLUME_STATES } from "./records.ts";
import type { State } from "./state.ts";

const name = z.string().regex(/^[a-zA-Z0-9-_ ]{1,255}$/, "must be 1 to 255 letters, digits, spaces, - or _");

const tag = strictObject({
  /** Of the tag. */
  key: z.string(),
  /** Of the tag. Default: none. */
  value: z.string().nullish(),
});

const volumeSeed = strictObject({
  /** A lower-case UUID. Default: a new one. */
  id: lowerCaseUuid.optional(),
  /** Its name. */
  name,
  /** GiB. Default 8. */
  size: positive.optional(),
  /** Default: `available`, or `in-use` with `server_ids`. A state that would pass elsewhere stays. */
  state: z.enum(VOLUME_STATES).optional(),
  /** The name of the type. Default: the default type. */
  volume_type: z.string().optional(),
  /** Default false. */
  bootable: z.boolean().optional(),
  /** Attached to these servers, each at the next free device. */
  server_ids: z.array(lowerCaseUuid).readonly().optional(),
  /** The snapshot that it was made from. */
  snapshot_id: lowerCaseUuid.nullish(),
  /** Tags, which the service does not return. */
  tags: z.array(tag).readonly().optional(),
  /** Default: 5000 where the type has figures. */
  max_iops: whole.nullish(),
  /** MB/s. Default: 250 where the type has figures. */
  max_throughput: whole.nullish(),
  /** ISO 8601. Default: now. */
  created_at: dateTime.optional(),
});

const snapshotSeed = strictObject({
  /** A lower-case UUID. Default: a new one. */
  id: lowerCaseUuid.optional(),
  /** Of this volume, by id or by a name that only one volume has; one of the two. */
  volume_id: lowerCaseUuid.optional(),
  /** Instead of `volume_id`. */
  volume_name: name.optional(),
  /** Its name. */
  name,
  /** Default: none. */
  description: z.string().nullish(),
  /** Default: none. */
  metadata: z.record(z.string(), z.unknown()).nullish(),
  /** GiB. Default: the size of the volume. */
  size: positive.optional(),
  /** Default `available`. A status that would pass elsewhere stays. */
  status: z.enum(SNAPSHOT_STATUSES).optional(),
  /** ISO 8601. Default: now. */
  created_at: dateTime.optional(),
});

const serverSeed = serverOptions.omit({ osDiskSize: true }).extend({
  /** GiB of the disk that it starts from. Default: no such disk. */
  os_disk_size: positive.optional(),
});

const seedSchema = strictObject({
  /** Whose data it is. Default: the account of the first access key. */
  account_id: text.optional(),
  /** Servers to add. */
  servers: z.array(serverSeed).readonly().default([]),
  /** Volumes to add. */
  volumes: z.array(volumeSeed).readonly().default([]),
  /** Snapshots to add. */
  snapshots: z
    .array(
      snapshotSeed.refine((one) => (one.volume_id === undefined) !== (one.volume_name === undefined), {
        error: "must have either volume_id or volume_name",
      }),
    )
    .readonly()
    .default([]),
  /** Work that is to fail from now on. */
  failures: z.array(failureRule).readonly().default([]),
  /** Makes up volumes of 8 GiB, and that many snapshots in all, spread over them evenly. */
  generate: strictObject({
    /** How many volumes. Default 0. */
    volumes: whole.default(0),
    /** How many snapshots in all. Default 0. */
    snapshots: whole.default(0),
  }).prefault({}),
});

/**
 * Data for `seed`; names of members are those of the API. Everything is optional; it is added to what is there,
 * whole or not at all. Rules and quotas that hold for requests do not hold here.
 */
export interface SamsungScpSeed extends z.input<typeof seedSchema> {}

export type Seed = z.output<typeof seedSchema>;
export type VolumeSeed = z.output<typeof volumeSeed>;
export type SnapshotSeed = z.output<typeof snapshotSeed>;

/** The seeds in `data`: one, or one for each account where it is a `state()` that was read. Throws `InvalidInput`. */
export function parseSeeds(data: unknown, state: State): readonly Seed[] {
  const seeds = isState(data) ? seedsOfState(data, state) : [data];
  return seeds.map((seed) => check(seedSchema, seed, "seed"));
}

/** What the dump shows of a resource beside its seed. Where timestamps have no zone, they are UTC. */
const shown = {
  account_id: text,
  created_at: z.string().transform((time) => (/(Z|[+-]\d\d:\d\d)$/.test(time) ? time : `${time}Z`)),
};

const stateSchema = z.object({
  servers: z.array(z.object({ ...serverSeed.shape, account_id: text })),
  volumes: z.array(
    z
      .object({
        ...volumeSeed.shape,
        ...shown,
        state: z.string(),
        attachments: z.array(z.object({ server_id: text })),
      })
      .transform(({ attachments, ...one }) => ({
        ...one,
        server_ids: attachments.map(({ server_id: id }) => id),
      })),
  ),
  snapshots: z.array(z.object({ ...snapshotSeed.shape, ...shown, status: z.string() })),
});

/** True for the `state()` of an emulator, which says when it was read. */
function isState(data: unknown): boolean {
  return typeof data === "object" && data !== null && "now" in data;
}

/**
 * A `state()` as seeds, one for each account. Work under way is not carried on: what is being deleted is left out, error
 * states stay, and all else is at rest. Servers that exist are left out: they are those of the options.
 */
function seedsOfState(data: unknown, state: State): readonly unknown[] {
  const { servers, volumes, snapshots } = check(stateSchema, data, "seed");
  const accounts = new Set([...servers, ...volumes, ...snapshots].map(({ account_id: id }) => id));
  return [...accounts].map((account) => {
    const own = <Item extends { readonly account_id: string }>(items: readonly Item[]) =>
      items.filter((item) => item.account_id === account).map(({ account_id: _, ...rest }) => rest);
    const kept = own(volumes).filter(({ state }) => state !== "deleting");
    const ids = new Set(kept.map(({ id }) => id));
    return {
      account_id: account,
      servers: own(servers).filter(({ id = "" }) => state.account(account).servers.get(id) === undefined),
      volumes: kept.map(({ state, ...rest }) => (state.startsWith("error") ? { ...rest, state } : rest)),
      snapshots: own(snapshots)
        .filter(({ status, volume_id: id }) => status !== "deleting" && ids.has(id))
        .map(({ status, ...rest }) => (status.startsWith("error") ? { ...rest, status } : rest)),
    };
  });
}
