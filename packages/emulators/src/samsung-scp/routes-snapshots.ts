import type { ServiceResponse } from "../kit/service.ts";
import { type Call, empty, found, json, jsonText, list, param, shown } from "./call.ts";
import type { Text } from "./errors.ts";
import { fieldText, readBody } from "./fields.ts";
import { createSnapshot, deleteSnapshot, setSnapshot } from "./life-cycle.ts";
import { listSource, readPage, type SortValues, selectPage } from "./paging.ts";
import { allowSnapshot } from "./quotas.ts";
import type { SnapshotRecord } from "./records.ts";
import { badRequest, invalid, raceLost } from "./refusals.ts";
import * as requests from "./requests.ts";

const FIELDS = requests.SNAPSHOT_FIELDS;

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
  const { query, settings } = call;
  const page = readPage(query, {
    defaultLimit: settings.snapshotDefaultLimit,
    maxLimit: settings.snapshotMaxLimit,
    ...(call.version.rank >= SORT_SINCE && { sortKeys: SORT_KEYS }),
  });
  const name = query.get("name") ?? undefined;
  if (name !== undefined && (name === "" || name.length > 255))
    throw invalid([fieldText("name", FIELDS["name"])]);
  const volumeId = query.get("volume_id") || undefined;
  const exact = settings.nameFilter === "exact";
  const keep = (snapshot: SnapshotRecord): boolean =>
    (volumeId === undefined || snapshot.volumeId === volumeId) &&
    (name === undefined || (exact ? snapshot.name === name : snapshot.name.includes(name)));
  // The snapshots of one volume are kept together, except in the past that a stale list shows.
  const grouped = volumeId === undefined || call.staleMs <= 0;
  const byName = name !== undefined && exact ? (["name", name] as const) : undefined;
  const { items, count } = selectPage(
    {
      ...listSource(
        call.account.snapshots,
        call.now,
        call.staleMs,
        volumeId === undefined ? byName : ["volume", volumeId],
      ),
      keep: name === undefined && grouped ? undefined : keep,
      sortValues: SORT_VALUES,
      goneMarker: settings.goneMarker,
    },
    page,
  );
  return list(
    "snapshots",
    items.map((item) => call.render.snapshot(item)),
    count,
  );
}

export function showSnapshot(call: Call): ServiceResponse {
  const item = shown(call, call.account.snapshots, param(call, "snapshot_id"));
  return jsonText(200, call.render.snapshot(item));
}

export function create(call: Call): ServiceResponse {
  const { account, now, settings, world } = call;
  const schema = settings.strictMetadata ? requests.snapshotCreate : requests.snapshotCreateAnyMetadata;
  const asked = readBody(call.body, schema, FIELDS);
  const volume = found(account.volumes.item(asked.volume_id)).value;
  const attached = volume.state === "in-use";
  if (attached && asked.force !== true) throw badRequest(NEEDS_FORCE);
  if (!attached && volume.state !== "available") throw badRequest(VOLUME_BUSY);
  allowSnapshot(call, volume.size);
  const snapshot: SnapshotRecord = {
    id: world.newId(),
    volumeId: volume.id,
    name: asked.name,
    description: asked.description ?? null,
    size: volume.size,
    status: "creating",
    metadata: asked.metadata ?? null,
    userId: call.caller.userId,
    createdAt: now,
    updatedAt: null,
    type: volume.type,
    bootable: volume.bootable,
    imageMetadata: volume.imageMetadata,
  };
  createSnapshot(world, account, snapshot);
  if (settings.createdState === "creating") return answer(call, 202, snapshot.id);
  return json(202, call.render.snapshotBody({ ...snapshot, status: "available" }));
}

export function update(call: Call): ServiceResponse {
  const snapshot = snapshotOf(call);
  const { name, description } = readBody(call.body, requests.snapshotUpdate, FIELDS);
  if (snapshot.status === "deleting") throw badRequest(SNAPSHOT_BUSY);
  const changes = { ...(name !== null && { name }), ...(description !== undefined && { description }) };
  setSnapshot(call.account, snapshot.id, changes, call.now);
  return answer(call, 200, snapshot.id);
}

const DELETABLE: ReadonlySet<string> = new Set(["available", "error", "error_deleting"]);

export function remove(call: Call): ServiceResponse {
  const snapshot = snapshotOf(call);
  const { snapshotDeleteAfterCreateMs: window, status } = call.settings.races;
  if (snapshot.status === "creating" || call.now - snapshot.createdAt < window)
    throw raceLost(status, SNAPSHOT_BUSY);
  if (!DELETABLE.has(snapshot.status)) throw badRequest(SNAPSHOT_BUSY);
  deleteSnapshot(call.world, call.account, snapshot, call.now);
  return empty(202);
}

function snapshotOf(call: Call): SnapshotRecord {
  return found(call.account.snapshots.item(param(call, "snapshot_id"))).value;
}

function answer(call: Call, status: number, snapshotId: string): ServiceResponse {
  return jsonText(status, call.render.snapshot(found(call.account.snapshots.item(snapshotId))));
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
