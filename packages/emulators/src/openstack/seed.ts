import * as z from "zod";
import { check, InvalidInput, idsOfSeed, lowerCaseUuid, positive, text } from "../kit/validation.ts";
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
  bootable: z.enum(["true", "false"]).default("false"),
  /** The servers that have it, as `state()` shows them. */
  attachments: z
    .array(
      z.looseObject({
        attachment_id: text,
        server_id: z.string().nullable(),
        host_name: z.string().nullable(),
        device: text,
        attached_at: time,
      }),
    )
    .readonly()
    .default([]),
  /** Project by id, as `state()` shows it. Default: that of `project`. */
  "os-vol-tenant-attr:tenant_id": text.optional(),
  /** `null`: its creation was not carried out. Default: that of one in `error`. */
  service_uuid: z.string().nullable().optional(),
  /** Such as `migrating`. Users are not shown it, and meet it in what is refused. */
  migration_status: text.optional(),
});
const snapshotSeed = z.looseObject({
  ...common,
  size: positive.optional(),
  volume_id: lowerCaseUuid.optional(),
  /** In place of `volume_id`. */
  volume_name: text.optional(),
  /** `0%`: its creation was not carried out. Default: that of one in `error`. */
  "os-extended-snapshot-attributes:progress": text.optional(),
});

const seedSchema = z.strictObject({
  /** Name of the project of all that is seeded. Default: the first that anybody can log in to, else `demo`. */
  project: text.optional(),
  volumes: z.array(volumeSeed).readonly().default([]),
  snapshots: z.array(snapshotSeed).readonly().default([]),
  /** How often the next work of a kind fails, such as `{ extend_volume: 1 }`. */
  failures: z.partialRecord(z.enum(WORK), positive).default({}),
  /** When it was read, of a `state()`. */
  now: z.string().optional(),
  /** Of a state; not used. */
  messages: z.array(z.unknown()).optional(),
});

/** Volumes and snapshots to begin with, with the names of the wire; what `state()` gives is one. */
export type OpenStackSeed = z.input<typeof seedSchema>;

type Seed = z.output<typeof seedSchema>;

/** Adds data that was made elsewhere. Throws `InvalidInput`, with nothing added. */
export function addSeed(state: State, data: unknown, now: number): void {
  const given = check(seedSchema, data, "seed");
  const seed = given.now === undefined ? given : atRest(given);
  const ids = idsOfSeed({ volumes: seed.volumes, snapshots: seed.snapshots }, state.isTaken);
  const newId = (): string => state.newId((id) => ids.has(id));
  const ownProject = projectIdOf(seed.project ?? firstProject(state.options));
  const userId = idOfName("user", "seed");
  const { zones, volumeTypes } = state.options;
  const createdAt = (text: string | undefined): number =>
    text === undefined ? state.instant(now) : instantOf(text);

  const volumes = seed.volumes.map((one): VolumeRecord => {
    const { readonly, attached_mode: mode, ...metadata } = one.metadata;
    return {
      id: one.id ?? newId(),
      projectId: one["os-vol-tenant-attr:tenant_id"] ?? ownProject,
      userId,
      name: one.name,
      description: one.description,
      status: one.status,
      sizeGiB: one.size,
      metadata,
      createdAt: createdAt(one.created_at),
      updatedAt: null,
      zone: one.availability_zone ?? zones[0] ?? "nova",
      type: one.volume_type ?? volumeTypes[0] ?? "__DEFAULT__",
      snapshotId: one.snapshot_id,
      sourceVolumeId: one.source_volid,
      attachments: one.attachments.map((each) => ({
        id: each.attachment_id,
        serverId: each.server_id,
        hostName: each.host_name,
        device: each.device,
        attachedAt: instantOf(each.attached_at),
      })),
      isBootable: one.bootable === "true",
      shownMetadata: {
        ...(readonly === undefined ? {} : { readonly }),
        ...(mode === undefined ? {} : { attached_mode: mode }),
      },
      hasHost: true,
      isMigrating: /^(?:starting|migrating|completing)$/.test(one.migration_status ?? ""),
      wasMade: one.service_uuid === undefined ? one.status !== "error" : one.service_uuid !== null,
    };
  });

  const snapshots = seed.snapshots.map((one, index): SnapshotRecord => {
    const found = [...state.volumes.all(), ...volumes].filter(({ id, name }) =>
      one.volume_id === undefined ? name === one.volume_name : id === one.volume_id,
    );
    const [volume] = found;
    if (volume === undefined || found.length > 1)
      throw new InvalidInput(
        `seed.snapshots[${index}]: ${found.length} volumes fit volume_id or volume_name, one is needed`,
      );
    const { "os-extended-snapshot-attributes:progress": progress } = one;
    return {
      id: one.id ?? newId(),
      projectId: volume.projectId,
      userId,
      name: one.name,
      description: one.description,
      status: one.status,
      sizeGiB: one.size ?? volume.sizeGiB,
      metadata: one.metadata,
      createdAt: createdAt(one.created_at),
      updatedAt: null,
      volumeId: volume.id,
      wasMade: (progress ?? (one.status === "error" ? "0%" : "100%")) !== "0%",
    };
  });

  state.volumes.load(volumes);
  state.snapshots.load(snapshots);
  for (const work of WORK) {
    const more = seed.failures[work] ?? 0;
    if (more > 0) state.plannedFailures.set(work, (state.plannedFailures.get(work) ?? 0) + more);
  }
}

/** A state without the work under way: what is being deleted is left out, error states stay, and all else is at rest. */
function atRest(state: Seed): Seed {
  const resting = (status: string, idle: string): string => (status.startsWith("error") ? status : idle);
  const kept = state.volumes.filter(({ status }) => status !== "deleting");
  const ids = new Set(kept.map(({ id }) => id));
  return {
    ...state,
    volumes: kept.map((one) => ({
      ...one,
      status: resting(one.status, one.attachments.length === 0 ? "available" : "in-use"),
    })),
    snapshots: state.snapshots
      .filter(({ status, volume_id: id }) => status !== "deleting" && ids.has(id))
      .map((one) => ({ ...one, status: resting(one.status, "available") })),
  };
}

/** Milliseconds, with microseconds as a fraction. Without a zone it is UTC. */
function instantOf(text: string): number {
  const [, micro = ""] = /\.\d{3}(\d{1,3})/.exec(text) ?? [];
  return (
    Date.parse(/(?:Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`) + Number(micro.padEnd(3, "0")) / 1000
  );
}

function firstProject({ users, applicationCredentials }: State["options"]): string {
  return users?.[0]?.projects[0] ?? applicationCredentials[0]?.project ?? "demo";
}
