import type * as z from "zod";
import { checkLengths, createVolumeBody, readMember, sizeOf, updateVolumeBody } from "./bodies.ts";
import { type Call, type Handler, type Operation, volumeOf } from "./call.ts";
import { typeNamed } from "./catalogue.ts";
import {
  booleanOf,
  bootableOf,
  comparesTo,
  equals,
  type Filter,
  quotaFilter,
  STRICT_FILTERS,
  since,
} from "./filters.ts";
import { list } from "./lists.ts";
import { metadataOperations } from "./metadata.ts";
import { checkQuota } from "./quotas.ts";
import type { VolumeRecord } from "./records.ts";
import { typeIdOf, volumeJson } from "./render.ts";
import {
  ACCEPTED,
  badRequest,
  json,
  MALFORMED,
  refusal,
  snapshotNotFound,
  volumeNotFound,
} from "./responses.ts";
import { volumeAction } from "./volume-actions.ts";
import { carryOut, later, putSnapshot, putVolume } from "./work.ts";

/** From here on, members of a body that nobody knows are refused. */
const STRICT_BODIES = 53;
const DELETABLE = /^(?:available|error|error_restoring|error_extending|error_managing)$/;
const NOT_DELETABLE =
  "Invalid volume: Volume status must be available or error or error_restoring or error_extending or " +
  "error_managing and must not be migrating, attached, belong to a group, have snapshots, awaiting a transfer, or be " +
  "disassociated from snapshots after volume transfer.";

const create: Handler = (call) => {
  const { state, request, version, projectId, token, view, now } = call;
  const body = readMember(request, "volume", createVolumeBody, {
    isStrict: version >= STRICT_BODIES,
    beside: ["OS-SCH-HNT:scheduler_hints"],
  });
  const { name = body.display_name, description = body.display_description } = body;
  checkLengths({ name, description });
  const { zones } = state.options;
  const source = sourceOf(call, body.snapshot_id ?? undefined, body.source_volid ?? undefined);
  const sizeGiB = sizeOf(body.size) ?? source?.sizeGiB;
  if (sizeGiB === undefined) throw badRequest(MALFORMED);
  if (source !== undefined && sizeGiB < source.sizeGiB) {
    const [than, original] = body.snapshot_id
      ? [`the snapshot size ${source.sizeGiB}GB`, "original snapshot"]
      : [`original volume size  ${source.sizeGiB}GB`, "original volume"];
    throw badRequest(
      `Invalid input received: Volume size '${sizeGiB}'GB cannot be smaller than ${than}. They must be >= ${original} size.`,
    );
  }
  const type = typeNamed(call, body.volume_type || source?.type);
  if (source !== undefined && (type === "multiattach") !== (source.type === "multiattach"))
    throw badRequest(
      `Invalid input received: Invalid volume_type provided: ${typeIdOf(type)} (requested type is not compatible; recommend omitting the type argument).`,
    );
  if (body.multiattach === true)
    throw badRequest(
      "multiattach parameter has been removed. The default behavior is to use multiattach enabled volume types. " +
        "Contact your administrator to create a multiattach enabled volume type and use it to create multiattach volumes.",
    );
  refuseElsewhere(body);
  const zone = body.availability_zone ?? source?.zone ?? zones[0];
  if (zone === undefined || !zones.includes(zone))
    throw badRequest(`Availability zone '${zone}' is invalid.`);
  if (source?.zone !== undefined && source.zone !== zone) {
    const original = body.snapshot_id ? "snapshot" : "source volume";
    throw badRequest(
      `Invalid input received: Volume must be in the same availability zone as the ${original}`,
    );
  }
  checkQuota(call, { volumes: 1, gigabytes: sizeGiB });

  const volume: VolumeRecord = {
    id: state.newId(),
    projectId,
    userId: token.userId,
    name: name ?? null,
    description: description ?? null,
    status: "creating",
    sizeGiB,
    metadata: body.metadata ?? {},
    createdAt: state.instant(now),
    updatedAt: null,
    zone,
    type,
    snapshotId: body.snapshot_id ?? null,
    sourceVolumeId: body.source_volid ?? null,
    attachments: [],
    isBootable: source?.isBootable ?? false,
    shownMetadata: {},
    hasHost: false,
    wasMade: false,
    isMigrating: false,
  };
  state.volumes.put(volume, now);
  const fails = state.fails("create_volume");
  carryOut(call, volume, fails);
  return json(202, { volume: volumeJson(volume, view, true) });
};

/** Throws where a volume is to be of something that is not here: an image, a backup or a group. */
function refuseElsewhere(body: z.output<typeof createVolumeBody>): void {
  if (typeof body.imageRef === "string")
    throw badRequest("Invalid image identifier or unable to access requested image.");
  if (typeof body.backup_id === "string") throw refusal(404, `Backup ${body.backup_id} could not be found.`);
  if (typeof body.group_id === "string") throw refusal(404, `Group ${body.group_id} could not be found.`);
}

interface Source {
  readonly sizeGiB: number;
  readonly type: string | undefined;
  readonly isBootable: boolean | undefined;
  readonly zone: string | undefined;
}

/** What a new volume is made from. */
function sourceOf(
  { state, projectId }: Call,
  snapshotId: string | undefined,
  volumeId: string | undefined,
): Source | undefined {
  if (snapshotId !== undefined && volumeId !== undefined)
    throw badRequest(
      "Invalid input received: May specify only one of backup, imageRef, snapshot, source volume",
    );
  if (snapshotId !== undefined) {
    const snapshot = state.snapshots.get(snapshotId);
    if (snapshot?.projectId !== projectId) throw snapshotNotFound(snapshotId);
    if (snapshot.status !== "available")
      throw badRequest("Invalid snapshot: Originating snapshot status must be one of 'available' values");
    const { type, isBootable, zone } = state.volumes.get(snapshot.volumeId) ?? {};
    return { sizeGiB: snapshot.sizeGiB, type, isBootable, zone };
  }
  if (volumeId === undefined) return undefined;
  const volume = state.volumes.get(volumeId);
  if (volume?.projectId !== projectId) throw volumeNotFound(volumeId);
  if (!/^(?:available|in-use)$/.test(volume.status))
    throw badRequest(`Invalid volume: Source volume status must be available or in-use`);
  return volume;
}

const remove: Handler = (call) => {
  const { state, request, now } = call;
  const volume = volumeOf(call);
  const cascade = booleanOf("cascade", request.query.get("cascade") ?? "false");
  if (request.query.has("force") && call.version >= 23)
    throw refusal(403, "Policy doesn't allow volume:force_delete to be performed.");
  const snapshots = state.snapshots.by("volume", volume.id);
  // Before a backend has it, the creation is dropped at once.
  if (!volume.hasHost && /^(?:creating|error)$/.test(volume.status) && snapshots.length === 0) {
    state.volumes.remove(volume.id, now);
    return ACCEPTED;
  }
  const idle = snapshots.every(({ status }) => /^(?:available|error)$/.test(status));
  const held =
    volume.isMigrating || volume.attachments.length > 0 || (snapshots.length > 0 && !(cascade && idle));
  if (!DELETABLE.test(volume.status) || held) throw badRequest(NOT_DELETABLE);
  for (const { id } of [...snapshots]) putSnapshot(call, id, now, { status: "deleting" });
  putVolume(call, volume.id, now, { status: "deleting" });
  const fails = state.fails("delete_volume");
  later(call, (at) => {
    if (fails) return putVolume(call, volume.id, at, { status: "error_deleting" });
    for (const { id } of [...state.snapshots.by("volume", volume.id)]) state.snapshots.remove(id, at);
    state.volumes.remove(volume.id, at);
  });
  return ACCEPTED;
};

const update: Handler = (call) => {
  const { request, version, now, state } = call;
  const { id } = volumeOf(call);
  const body = readMember(
    request,
    "volume",
    updateVolumeBody,
    version >= STRICT_BODIES ? { oneOf: Object.keys(updateVolumeBody.shape) } : {},
  );
  const { name = body.display_name, description = body.display_description, metadata } = body;
  checkLengths({ name, description });
  putVolume(call, id, now, {
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    ...(metadata === undefined ? {} : { metadata }),
  });
  return json(200, { volume: volumeJson(state.volumes.get(id) ?? volumeOf(call), call.view, true) });
};

/** Groups of volumes are a filter since then. */
const GROUPS = 10;

/** By the documents times are a filter from 3.60 on; the service heeds them from here on. Before, they are passed over. */
const TIMES = STRICT_FILTERS;

const timeFilter = (name: string, instantOf: (volume: VolumeRecord) => number | null): Filter<VolumeRecord> =>
  since(TIMES, (value) => {
    const holds = comparesTo(value, name);
    return (volume) => holds(instantOf(volume));
  });

const listVolumes =
  (detailed: boolean): Handler =>
  (call) =>
    list(call, {
      member: "volumes",
      collection: call.state.volumes,
      render: (volume) => {
        const whole = volumeJson(volume, call.view);
        return detailed ? whole : { id: whole["id"], name: whole["name"], links: whole["links"] };
      },
      filters: {
        bootable(value, each) {
          const wanted = bootableOf(value, each);
          return ({ isBootable }) => isBootable === wanted;
        },
        availability_zone: equals(({ zone }) => zone),
        size:
          (value) =>
          ({ sizeGiB }) =>
            sizeGiB === Number(value),
        created_at: timeFilter("created_at", ({ createdAt }) => createdAt),
        updated_at: timeFilter("updated_at", ({ updatedAt }) => updatedAt),
        // No volume is in a group or on its way to another backend.
        migration_status: () => () => false,
        // The oldest look for it under a name that the database does not know.
        consumes_quota: (value, each) =>
          each.version < STRICT_FILTERS ? () => false : quotaFilter(value, each),
        group_id: since(GROUPS, () => () => false),
      },
      sortKeys: {
        name: ({ name }) => name,
        display_name: ({ name }) => name,
        status: ({ status }) => status,
        size: ({ sizeGiB }) => sizeGiB,
        availability_zone: ({ zone }) => zone,
        bootable: ({ isBootable }) => Number(isBootable),
        updated_at: ({ updatedAt }) => updatedAt,
      },
      missing: volumeNotFound,
    });

/** Since then the summary has the metadata of all volumes. */
const SUMMARY_METADATA = 36;

const summary: Handler = ({ state, projectId, version }) => {
  const volumes = state.volumes.by("project", projectId);
  const total_size = volumes.reduce((total, { sizeGiB }) => total + sizeGiB, 0);
  const values = new Map<string, Set<string>>();
  for (const { metadata } of volumes)
    for (const [key, value] of Object.entries(metadata))
      values.set(key, (values.get(key) ?? new Set()).add(value));
  const metadata = Object.fromEntries([...values].map(([key, each]) => [key, [...each]]));
  const counts = { total_count: volumes.length, total_size };
  return json(200, { "volume-summary": { ...counts, ...(version >= SUMMARY_METADATA ? { metadata } : {}) } });
};

export const volumeOperations: readonly Operation[] = [
  { method: "POST", path: "/volumes", handler: create },
  { method: "GET", path: "/volumes", handler: listVolumes(false) },
  { method: "GET", path: "/volumes/detail", handler: listVolumes(true) },
  { method: "GET", path: "/volumes/summary", since: 12, handler: summary },
  {
    method: "GET",
    path: "/volumes/{id}",
    handler: (call) => json(200, { volume: volumeJson(volumeOf(call), call.view) }),
  },
  { method: "PUT", path: "/volumes/{id}", handler: update },
  { method: "DELETE", path: "/volumes/{id}", handler: remove },
  { method: "POST", path: "/volumes/{id}/action", handler: volumeAction },
  ...metadataOperations("/volumes/{id}", "Volume", volumeOf, putVolume),
];
