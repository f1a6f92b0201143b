import { recordsFor } from "../kit/collection.ts";
import { type Action, act, forbidden } from "./action.ts";
import { createSnapshotBody, readMember, updateSnapshotBody } from "./bodies.ts";
import type { Call, Handler, Operation } from "./call.ts";
import { equals, metadataFilter, STRICT_FILTERS, since } from "./filters.ts";
import { list } from "./lists.ts";
import { metadataOperations } from "./metadata.ts";
import { checkQuota } from "./quotas.ts";
import type { SnapshotRecord } from "./records.ts";
import { snapshotJson } from "./render.ts";
import { ACCEPTED, badRequest, json, snapshotNotFound, volumeNotFound } from "./responses.ts";
import { later, leaveMessage, putSnapshot } from "./work.ts";

/** From here on a volume in use needs no `force`, and `force: false` is refused. */
const WITHOUT_FORCE = 66;

const FORCE_IS_GONE =
  "Since microversion 3.66 the 'force' flag is invalid for this request.  For backward compatability, however, when the " +
  "'force' flag is passed with a value evaluating to True, it is silently ignored.";

/** The snapshot of the project that the path names, or 404. */
function snapshotOf(call: Call): SnapshotRecord {
  const id = call.params["id"] ?? "";
  const snapshot = recordsFor(call, call.state.snapshots, "one").get(id);
  if (snapshot === undefined || snapshot.projectId !== call.projectId) throw snapshotNotFound(id);
  return snapshot;
}

const create: Handler = (call) => {
  const { state, request, version, projectId, token, view, now } = call;
  const body = readMember(request, "snapshot", createSnapshotBody, { required: ["volume_id"] });
  const volumeId = body.volume_id ?? "None";
  const volume = state.volumes.get(volumeId);
  if (volume?.projectId !== projectId) throw volumeNotFound(volumeId);
  if (version >= WITHOUT_FORCE && body.force === false) throw badRequest(FORCE_IS_GONE);
  if (volume.isMigrating)
    throw badRequest("Invalid volume: Snapshot cannot be created while volume is migrating.");
  const fits =
    volume.status === "available" || (volume.status === "in-use" && (body.force || version >= WITHOUT_FORCE));
  if (!fits)
    throw badRequest(
      `Invalid volume: Volume ${volume.id} status must be available, but current status is: ${volume.status}.`,
    );
  checkQuota(call, { snapshots: 1, gigabytes: volume.sizeGiB });
  const snapshot: SnapshotRecord = {
    id: state.newId(),
    projectId,
    userId: token.userId,
    name: body.name ?? body.display_name ?? null,
    description: body.description ?? null,
    status: "creating",
    sizeGiB: volume.sizeGiB,
    metadata: body.metadata ?? {},
    createdAt: state.instant(now),
    updatedAt: null,
    volumeId: volume.id,
    wasMade: false,
  };
  state.snapshots.put(snapshot, now);
  const failed = state.fails("create_snapshot");
  later(call, (at) => {
    if (failed) leaveMessage(call, "createSnapshot", "VOLUME_SNAPSHOT", snapshot.id, at);
    putSnapshot(call, snapshot.id, at, { status: failed ? "error" : "available", wasMade: !failed });
  });
  return json(202, { snapshot: snapshotJson(snapshot, view, true) });
};

const remove: Handler = (call) => {
  const { state, now } = call;
  const { id, status } = snapshotOf(call);
  if (status !== "available" && status !== "error")
    throw badRequest(
      "Invalid snapshot: Snapshot status must be available or error and must not be part of a group.",
    );
  putSnapshot(call, id, now, { status: "deleting" });
  const fails = state.fails("delete_snapshot");
  later(call, (at) => {
    if (!fails) return state.snapshots.remove(id, at);
    leaveMessage(call, "deleteSnapshot", "VOLUME_SNAPSHOT", id, at);
    return putSnapshot(call, id, at, { status: "error_deleting" });
  });
  return ACCEPTED;
};

const update: Handler = (call) => {
  const { id } = snapshotOf(call);
  const body = readMember(call.request, "snapshot", updateSnapshotBody, {
    oneOf: Object.keys(updateSnapshotBody.shape),
  });
  const { name = body.display_name, description = body.display_description } = body;
  putSnapshot(call, id, call.now, {
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
  });
  const snapshot = call.state.snapshots.get(id) ?? snapshotOf(call);
  return json(200, { snapshot: snapshotJson(snapshot, call.view, true) });
};

/** Since when snapshots can be found by metadata, and sorted by name. */
const METADATA_FILTER = 22;
const SORT_BY_NAME = 30;

const listSnapshots =
  (detailed: boolean): Handler =>
  (call) =>
    list(call, {
      member: "snapshots",
      collection: call.state.snapshots,
      // A summary is nearly as complete.
      render: (snapshot) => {
        const { version } = call.view;
        return detailed
          ? snapshotJson(snapshot, call.view)
          : snapshotJson(snapshot, { ...call.view, version: Math.min(version, 13) }, true);
      },
      filters: {
        volume_id: equals(({ volumeId }) => volumeId),
        metadata: since(METADATA_FILTER, metadataFilter),
        availability_zone: since(
          STRICT_FILTERS,
          equals(({ volumeId }, { state }) => state.volumes.get(volumeId)?.zone),
        ),
      },
      sortKeys: {
        ...(call.version < SORT_BY_NAME ? {} : { name: ({ name }: SnapshotRecord) => name }),
        display_name: ({ name }) => name,
        status: ({ status }) => status,
        updated_at: ({ updatedAt }) => updatedAt,
        volume_id: ({ volumeId }) => volumeId,
        volume_size: ({ sizeGiB }) => sizeGiB,
      },
      missing: snapshotNotFound,
    });

const ADMIN_ACTIONS: Readonly<Record<string, Action>> = {
  "os-reset_status": forbidden("snapshot", snapshotOf),
  "os-force_delete": forbidden("snapshot", snapshotOf),
};

const snapshotAction: Handler = (call) => {
  act(call, ADMIN_ACTIONS);
  return ACCEPTED;
};

export const snapshotOperations: readonly Operation[] = [
  { method: "POST", path: "/snapshots", handler: create },
  { method: "GET", path: "/snapshots", handler: listSnapshots(false) },
  { method: "GET", path: "/snapshots/detail", handler: listSnapshots(true) },
  {
    method: "GET",
    path: "/snapshots/{id}",
    handler: (call) => json(200, { snapshot: snapshotJson(snapshotOf(call), call.view) }),
  },
  { method: "PUT", path: "/snapshots/{id}", handler: update },
  { method: "DELETE", path: "/snapshots/{id}", handler: remove },
  { method: "POST", path: "/snapshots/{id}/action", handler: snapshotAction },
  ...metadataOperations("/snapshots/{id}", "Snapshot", snapshotOf, putSnapshot),
];
