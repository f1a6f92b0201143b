import type { ServiceResponse } from "../kit/service.ts";
import * as bodies from "./bodies.ts";
import { type Call, empty, found, json, jsonText, param, shown } from "./call.ts";
import { hasName, list, listed, nameIndex, readPage, type SortValues } from "./paging.ts";
import { checkSnapshotQuota } from "./quotas.ts";
import type { SnapshotRecord } from "./records.ts";
import { badRequest, conflict, fieldText, invalid, type Text } from "./responses.ts";
import { after, beginSnapshotDeletion, setSnapshot } from "./work.ts";

const FIELDS = bodies.SNAPSHOT_FIELDS;

const SORT_VALUES: SortValues<SnapshotRecord> = {
  created_at: (snapshot) => snapshot.createdAt,
  updated_at: (snapshot) => snapshot.updatedAt,
  id: (snapshot) => snapshot.id,
  name: (snapshot) => snapshot.name,
  size: (snapshot) => snapshot.size,
  status: (snapshot) => snapshot.status,
  volume_id: (snapshot) => snapshot.volumeId,
};
const SORT_KEYS = Object.keys(SORT_VALUES);
/** The version that brought `sort` to the list of snapshots. */
const SORT_SINCE = 1003;

export function listSnapshots(call: Call): ServiceResponse {
  const { query } = call.request;
  const { snapshotDefaultLimit: defaultLimit, snapshotMaxLimit: maxLimit } = call.options;
  const sortKeys = call.version.rank >= SORT_SINCE ? SORT_KEYS : undefined;
  const page = readPage(query, { defaultLimit, maxLimit, sortKeys });
  const name = query.get("name") ?? undefined;
  if (name !== undefined && (name === "" || name.length > 255))
    throw invalid([fieldText("name", FIELDS["name"])]);
  const volumeId = query.get("volume_id") || undefined;
  const index = volumeId === undefined ? nameIndex(call, name) : (["volume", volumeId] as const);
  return list(call, page, {
    key: "snapshots",
    ...listed(call, call.account.snapshots, index),
    keep: name === undefined ? undefined : hasName(call, name),
    sortValues: SORT_VALUES,
    text: call.render.snapshot,
  });
}

export function showSnapshot(call: Call): ServiceResponse {
  const snapshot = shown(call, call.account.snapshots, param(call, "snapshot_id"));
  return jsonText(200, call.render.snapshot(snapshot));
}

export function createSnapshot(call: Call): ServiceResponse {
  const { account, options, state } = call;
  const schema = options.strictMetadata ? bodies.snapshotCreateStrict : bodies.snapshotCreate;
  const asked = bodies.readBody(call.request.body, schema, FIELDS);
  const volume = found(account.volumes.get(asked.volume_id));
  const isAttached = volume.state === "in-use";
  if (isAttached && asked.force !== true) throw badRequest(NEEDS_FORCE);
  if (!isAttached && volume.state !== "available") throw badRequest(VOLUME_BUSY);
  checkSnapshotQuota(call, volume.size);
  const snapshot = state.newSnapshot(volume, {
    name: asked.name,
    description: asked.description ?? null,
    status: "creating",
    metadata: asked.metadata ?? null,
    userId: call.caller.userId,
    createdAt: call.now,
  });
  const status = state.failureOf("createSnapshot", snapshot.name) ? "error" : "available";
  account.snapshots.put(snapshot, call.now);
  after(call, "snapshotCreate", (at) => setSnapshot(account, snapshot.id, { status }, at));
  return json(202, call.render.snapshotBody({ ...snapshot, status: options.createdState }));
}

export function updateSnapshot(call: Call): ServiceResponse {
  const { id, status } = snapshotOf(call);
  const { name, description } = bodies.readBody(call.request.body, bodies.snapshotUpdate, FIELDS);
  if (status === "deleting") throw badRequest(SNAPSHOT_BUSY);
  const changes = { ...(name !== null && { name }), ...(description !== undefined && { description }) };
  setSnapshot(call.account, id, changes, call.now);
  return jsonText(200, call.render.snapshot(snapshotOf(call)));
}

const DELETABLE: ReadonlySet<string> = new Set(["available", "error", "error_deleting"]);

export function deleteSnapshot(call: Call): ServiceResponse {
  const snapshot = snapshotOf(call);
  const { snapshotDeleteAfterCreateMs: window, status } = call.options.races;
  if (snapshot.status === "creating" || call.now - snapshot.createdAt < window)
    throw conflict(SNAPSHOT_BUSY, status);
  if (!DELETABLE.has(snapshot.status)) throw badRequest(SNAPSHOT_BUSY);
  beginSnapshotDeletion(call, snapshot);
  return empty(202);
}

/** The snapshot that the path names, or 404. */
function snapshotOf(call: Call): SnapshotRecord {
  return found(call.account.snapshots.get(param(call, "snapshot_id")));
}

const NEEDS_FORCE: Text = {
  en: "The volume is attached. Set force to take the snapshot all the same.",
  ko: "볼륨이 연결되어 있습니다. 그래도 스냅샷을 생성하려면 force를 지정하세요.",
};
const VOLUME_BUSY: Text = {
  en: "The volume is in a state that does not allow a snapshot.",
  ko: "스냅샷을 생성할 수 없는 볼륨 상태입니다.",
};
const SNAPSHOT_BUSY: Text = {
  en: "The snapshot is in a state that does not allow this.",
  ko: "이 작업을 할 수 없는 스냅샷 상태입니다.",
};
