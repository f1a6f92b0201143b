import * as z from "zod";
import { check, InvalidInput, lowerCaseUuid, positive, text } from "../kit/validation.ts";
import { projectIdOf } from "./identity-documents.ts";
import { WORK } from "./options.ts";
import type { SnapshotRecord, VolumeRecord } from "./records.ts";
import { idOfName, type State } from "./state.ts";

/** As the service writes times, or ISO 8601 with a zone. */
const time = z
  .string()
  .refine((value) => !Number.isNaN(instantOf(value)), "must be a time such as 2026-08-01T10:00:00.000000");
const metadata = z.record(z.string(), z.string()).readonly().default({});
const common = {
  id: lowerCaseUuid.optional(),
  name: z.string().nullable().default(null),
  description: z.string().nullable().default(null),
  status: text.default("available"),
  metadata,
  created_at: time.optional(),
};

/** Members of what was read (`state()`) that say nothing here are taken and left out. */
const volumeSeed = z.looseObject({
  ...common,
  size: positive.default(1),
  availability_zone: text.optional(),
  volume_type: text.optional(),
  snapshot_id: z.string().nullable().default(null),
  source_volid: z.string().nullable().default(null),
  /** Project by id, as `state()` shows it. Default: that of `project`. */
  "os-vol-tenant-attr:tenant_id": text.optional(),
});
const snapshotSeed = z.looseObject({
  ...common,
  size: positive.optional(),
  volume_id: lowerCaseUuid.optional(),
  /** In place of `volume_id`. */
  volume_name: text.optional(),
});

const seedSchema = z.strictObject({
  /** Name of the project of all that is seeded. Default: the first that anybody can log in to, else `demo`. */
  project: text.optional(),
  volumes: z.array(volumeSeed).readonly().default([]),
  snapshots: z.array(snapshotSeed).readonly().default([]),
  /** How often the next work of a kind fails, such as `{ extend_volume: 1 }`. */
  failures: z.partialRecord(z.enum(WORK), positive).default({}),
  /** Of a state that was read; not used. */
  now: z.string().optional(),
  messages: z.array(z.unknown()).optional(),
});

/** Volumes and snapshots to begin with, with the names of the wire; what `state()` gives is one. */
export type OpenStackSeed = z.input<typeof seedSchema>;

/** Adds data that was made elsewhere. Throws `InvalidInput`. */
export function addSeed(state: State, data: unknown, now: number): void {
  const seed = check(seedSchema, data, "seed");
  for (const work of WORK) {
    const more = seed.failures[work] ?? 0;
    if (more > 0) state.plannedFailures.set(work, (state.plannedFailures.get(work) ?? 0) + more);
  }
  const ownProject = projectIdOf(seed.project ?? firstProject(state.options));
  const userId = idOfName("user", "seed");
  const { zones, volumeTypes } = state.options;
  const createdAt = (text: string | undefined): number =>
    state.instant(text === undefined ? now : instantOf(text));
  const known = (id: string): boolean =>
    state.volumes.get(id) !== undefined || state.snapshots.get(id) !== undefined;
  const refuseTaken = (id: string | undefined, place: string): void => {
    if (id !== undefined && known(id)) throw new InvalidInput(`${place}.id: ${id} is taken`);
  };

  const volumes = seed.volumes.map((one, index): VolumeRecord => {
    refuseTaken(one.id, `seed.volumes[${index}]`);
    return {
      id: one.id ?? state.newId(),
      projectId: one["os-vol-tenant-attr:tenant_id"] ?? ownProject,
      userId,
      name: one.name,
      description: one.description,
      status: one.status,
      sizeGiB: one.size,
      metadata: one.metadata,
      createdAt: one.created_at === undefined ? createdAt(undefined) : instantOf(one.created_at),
      updatedAt: null,
      zone: one.availability_zone ?? zones[0] ?? "nova",
      type: one.volume_type ?? volumeTypes[0] ?? "__DEFAULT__",
      snapshotId: one.snapshot_id,
      sourceVolumeId: one.source_volid,
      attachments: [],
      isBootable: false,
      shownMetadata: {},
      hasHost: true,
    };
  });
  state.volumes.load(volumes);

  const snapshots = seed.snapshots.map((one, index): SnapshotRecord => {
    const place = `seed.snapshots[${index}]`;
    refuseTaken(one.id, place);
    const found =
      one.volume_id === undefined
        ? state.volumes.all().filter(({ name }) => name === one.volume_name)
        : [state.volumes.get(one.volume_id)].filter((each) => each !== undefined);
    const [volume] = found;
    if (volume === undefined || found.length > 1)
      throw new InvalidInput(`${place}: ${found.length} volumes fit volume_id or volume_name, one is needed`);
    return {
      id: one.id ?? state.newId(),
      projectId: volume.projectId,
      userId,
      name: one.name,
      description: one.description,
      status: one.status,
      sizeGiB: one.size ?? volume.sizeGiB,
      metadata: one.metadata,
      createdAt: one.created_at === undefined ? createdAt(undefined) : instantOf(one.created_at),
      updatedAt: null,
      volumeId: volume.id,
    };
  });
  state.snapshots.load(snapshots);
}

function instantOf(text: string): number {
  return Date.parse(/(?:Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`);
}

function firstProject({ users, applicationCredentials }: State["options"]): string {
  return users?.[0]?.projects[0] ?? applicationCredentials[0]?.project ?? "demo";
}
