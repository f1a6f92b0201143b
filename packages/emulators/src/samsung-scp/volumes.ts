import type * as z from "zod";
import type { ServiceResponse } from "../kit/service.ts";
import * as bodies from "./bodies.ts";
import { type Call, empty, found, json, jsonText, param, shown } from "./call.ts";
import { hasName, list, listed, nameIndex, readBoolean, readPage, type SortValues } from "./paging.ts";
import { checkVolumeQuota } from "./quotas.ts";
import { IOPS, THROUGHPUT, type VolumeRecord } from "./records.ts";
import {
  atMost,
  badRequest,
  between,
  conflict,
  fieldText,
  invalid,
  notFound,
  type Text,
} from "./responses.ts";
import { typeNamed } from "./volume-types.ts";
import { after, beginSnapshotDeletion, idleState, setSnapshot, setVolume } from "./work.ts";

const FIELDS = bodies.VOLUME_FIELDS;

const SORT_VALUES: SortValues<VolumeRecord> = {
  created_at: (volume) => volume.createdAt,
  modified_at: (volume) => volume.modifiedAt,
  id: (volume) => volume.id,
  name: (volume) => volume.name,
  size: (volume) => volume.size,
  state: (volume) => volume.state,
  bootable: (volume) => volume.bootable,
  volume_type: (volume) => volume.type.name,
};
const PAGE_RULES = { defaultLimit: 20, maxLimit: 1000, sortKeys: Object.keys(SORT_VALUES) };

export function listVolumes(call: Call): ServiceResponse {
  const { query } = call.request;
  const page = readPage(query, PAGE_RULES);
  const bootable = booleanParameter(query, "bootable");
  const name = query.get("name") || undefined;
  const state = query.get("state") || undefined;
  const isNamed = name === undefined ? () => true : hasName(call, name);
  const keep = (volume: VolumeRecord): boolean =>
    isNamed(volume) &&
    (state === undefined || volume.state === state) &&
    (bootable === undefined || volume.bootable === bootable);
  const isFiltered = name !== undefined || state !== undefined || bootable !== undefined;
  return list(call, page, {
    key: "volumes",
    ...listed(call, call.account.volumes, nameIndex(call, name)),
    keep: isFiltered ? keep : undefined,
    sortValues: SORT_VALUES,
    text: (volume) => call.render.volume(volume, call.version.shape),
  });
}

export function showVolume(call: Call): ServiceResponse {
  const volume = shown(call, call.account.volumes, param(call, "volume_id"));
  return jsonText(200, call.render.volume(volume, call.version.shape));
}

export function createVolume(call: Call): ServiceResponse {
  const { account, now, options, state, version } = call;
  const asked = bodies.readBody(call.request.body, bodies.volumeCreate[version.shape], FIELDS);
  const snapshot = asked.snapshot_id ? found(account.snapshots.get(asked.snapshot_id)) : undefined;
  const type = typeNamed(options, asked.volume_type) ?? snapshot?.type ?? options.defaultVolumeType;
  checkSize(call, asked.size);
  const qos = type.provisioned ? checkQos(asked) : {};
  if (snapshot !== undefined) {
    if (snapshot.status !== "available") throw badRequest(NOT_AVAILABLE_SNAPSHOT);
    if (asked.size < snapshot.size) throw badRequest(SMALLER_THAN_SNAPSHOT);
  }
  checkVolumeQuota(call, { volumes: 1, gigabytes: asked.size });
  const volume = state.newVolume({
    name: asked.name,
    size: asked.size,
    state: "creating",
    bootable: snapshot?.bootable ?? false,
    type,
    userId: call.caller.userId,
    snapshotId: snapshot?.id ?? null,
    createdAt: now,
    imageMetadata: snapshot?.imageMetadata ?? null,
    ...qos,
    zone: asked.zone ?? options.zone,
    tags: (asked.tags ?? []).map(({ key, value = null }) => ({ key, value })),
  });
  const end = state.failureOf("createVolume", volume.name) ? "error" : "available";
  account.volumes.put(volume, now);
  after(call, "volumeCreate", (at) => setVolume(account, volume.id, { state: end }, at));
  return json(202, call.render.volumeBody({ ...volume, state: options.createdState }, version.shape));
}

export function updateVolume(call: Call): ServiceResponse {
  const volume = volumeOf(call);
  const { name } = bodies.readBody(call.request.body, bodies.volumeUpdate, FIELDS);
  if (volume.state === "deleting") throw busy(call);
  if (name) setVolume(call.account, volume.id, { name }, call.now);
  return response(call, 200, volume.id);
}

/** The states that the reference page of the operation lists. */
const DELETABLE: ReadonlySet<string> = new Set([
  "available",
  "error",
  "error_extending",
  "error_restoring",
  "error_managing",
  // Without this one a failed deletion could never be repeated.
  "error_deleting",
]);
const DELETABLE_SNAPSHOT: ReadonlySet<string> = new Set(["available", "error", "error_deleting", "deleting"]);

export function deleteVolume(call: Call): ServiceResponse {
  const { account, now, options } = call;
  const volume = volumeOf(call);
  const cascade = booleanParameter(call.request.query, "cascade") ?? true;
  if (volume.attachments.length > 0 || !DELETABLE.has(volume.state)) throw busy(call);
  const { volumeDeleteAfterSnapshotDeleteMs: window, status } = options.races;
  const snapshots = account.snapshots.by("volume", volume.id);
  const lastDelete = account.snapshotDeletes.get(volume.id) ?? Number.NEGATIVE_INFINITY;
  if (snapshots.every((one) => one.status === "deleting") && now - lastDelete < window)
    throw conflict(VOLUME_BUSY, status);
  if (snapshots.length > 0 && !cascade) throw conflict(HAS_SNAPSHOTS, options.cascadeConflictStatus);
  if (!snapshots.every((one) => DELETABLE_SNAPSHOT.has(one.status))) throw busy(call);
  beginVolumeDeletion(call, volume);
  return empty(202);
}

/** Begins to delete a volume together with the snapshots that it still has. */
function beginVolumeDeletion(call: Call, { id, name, state }: VolumeRecord): void {
  const { account, now } = call;
  const { snapshotDelete, volumeDelete } = call.options.durations;
  const failure = call.state.failureOf("deleteVolume", name);
  const snapshots = [...account.snapshots.by("volume", id)];
  for (const snapshot of snapshots) if (snapshot.status !== "deleting") beginSnapshotDeletion(call, snapshot);
  setVolume(account, id, { state: "deleting" }, now);
  const takesMs = snapshots.length === 0 ? volumeDelete : Math.max(snapshotDelete, volumeDelete);
  call.state.schedule.add(now + takesMs, (at) => {
    const left = [...account.snapshots.by("volume", id)];
    // A snapshot that could not be deleted keeps its volume from going.
    if (failure !== undefined || left.some(({ status }) => status !== "deleting")) {
      setVolume(account, id, { state: failure === "undone" ? state : "error_deleting" }, at);
      return;
    }
    for (const snapshot of left) account.snapshots.remove(snapshot.id, at);
    account.volumes.remove(id, at);
    account.snapshotDeletes.delete(id);
  });
}

export function extendVolume(call: Call): ServiceResponse {
  const volume = volumeOf(call);
  const { size } = bodies.readBody(call.request.body, bodies.volumeExtend, FIELDS);
  checkSize(call, size);
  if (size <= volume.size) {
    const rule = {
      en: `The value should be greater than the current size, ${volume.size}.`,
      ko: `값은 현재 크기 ${volume.size}보다 커야 합니다.`,
    };
    throw invalid([fieldText("size", { rule, example: String(volume.size + bodies.SIZE_STEP) })]);
  }
  if (volume.state !== "available" && volume.state !== "in-use") throw busy(call);
  checkVolumeQuota(call, { volumes: 0, gigabytes: size - volume.size });
  const { account } = call;
  const failure = call.state.failureOf("extendVolume", volume.name);
  setVolume(account, volume.id, { state: "extending" }, call.now);
  after(call, "extend", (at) => {
    const state = failure === "error" ? "error_extending" : idleState(volume.attachments);
    setVolume(account, volume.id, { state, ...(failure === undefined && { size }) }, at);
  });
  return response(call, 202, volume.id);
}

export function setVolumeQos(call: Call): ServiceResponse {
  const volume = volumeOf(call);
  const asked = bodies.readBody(call.request.body, bodies.volumeQos, FIELDS);
  if (!volume.type.provisioned) throw badRequest(NOT_PROVISIONED);
  const changes = checkQos(asked);
  if (volume.state !== "available" && volume.state !== "in-use") throw busy(call);
  // The values change a while after the answer, without a state of their own.
  after(call, "qos", (at) => setVolume(call.account, volume.id, changes, at));
  return empty(call.options.qosStatus);
}

export function revertVolume(call: Call): ServiceResponse {
  const { account, now } = call;
  const { snapshots } = account;
  const volume = volumeOf(call);
  const { snapshot_id: snapshotId } = bodies.readBody(call.request.body, bodies.volumeRevert, FIELDS);
  const snapshot = found(snapshots.get(snapshotId));
  if (snapshot.volumeId !== volume.id) throw notFound();
  if (volume.attachments.length > 0 || volume.state !== "available") throw busy(call);
  if (snapshots.by("volume", volume.id).at(-1)?.id !== snapshot.id) throw badRequest(NOT_LATEST);
  if (snapshot.status !== "available") throw badRequest(NOT_AVAILABLE_SNAPSHOT);
  if (snapshot.size !== volume.size) throw badRequest(EXTENDED_SINCE);
  const state = call.state.failureOf("revertVolume", volume.name) === "error" ? "error" : "available";
  setVolume(account, volume.id, { state: "reverting" }, now);
  setSnapshot(account, snapshot.id, { status: "restoring" }, now);
  after(call, "revert", (at) => {
    setVolume(account, volume.id, { state }, at);
    setSnapshot(account, snapshot.id, { status: "available" }, at);
  });
  return empty(202);
}

/** The volume that the path names, or 404. */
function volumeOf(call: Call): VolumeRecord {
  return found(call.account.volumes.get(param(call, "volume_id")));
}

/** The state of a volume does not allow the operation. */
export function busy({ options }: Call): Error {
  return conflict(VOLUME_BUSY, options.conflictStatus);
}

function response(call: Call, status: number, volumeId: string): ServiceResponse {
  const volume = found(call.account.volumes.get(volumeId));
  return jsonText(status, call.render.volume(volume, call.version.shape));
}

function booleanParameter(query: URLSearchParams, name: string): boolean | undefined {
  const wrong: Text[] = [];
  const value = readBoolean(query, name, wrong);
  if (wrong.length > 0) throw invalid(wrong);
  return value;
}

function checkSize({ options }: Call, size: number): void {
  const { perVolumeSize } = options.quotas;
  if (perVolumeSize >= 0 && size > perVolumeSize)
    throw invalid([fieldText("size", { rule: atMost(perVolumeSize), example: "104" })]);
}

/** The figures of a provisioned type; other types ignore them, so only a provisioned one can have wrong ones. */
function checkQos(asked: z.output<typeof bodies.volumeQos>): { maxIops?: number; maxThroughput?: number } {
  const { max_iops: maxIops, max_throughput: maxThroughput } = asked;
  const wrong: Text[] = [];
  const check = (field: string, value: number | null | undefined, { least, most }: typeof IOPS): void => {
    if (value != null && (value < least || value > most))
      wrong.push(fieldText(field, { ...FIELDS[field], rule: between(least, most) }));
  };
  check("max_iops", maxIops, IOPS);
  check("max_throughput", maxThroughput, THROUGHPUT);
  if (wrong.length > 0) throw invalid(wrong);
  return { ...(maxIops != null && { maxIops }), ...(maxThroughput != null && { maxThroughput }) };
}

const VOLUME_BUSY: Text = {
  en: "The volume is attached, busy or in a state that does not allow this.",
  ko: "볼륨이 연결되어 있거나 작업 중이거나 이 작업을 할 수 없는 상태입니다.",
};
const HAS_SNAPSHOTS: Text = { en: "The volume still has snapshots.", ko: "볼륨에 스냅샷이 남아 있습니다." };
const NOT_AVAILABLE_SNAPSHOT: Text = {
  en: "The snapshot is not available.",
  ko: "사용할 수 있는 스냅샷이 아닙니다.",
};
const SMALLER_THAN_SNAPSHOT: Text = {
  en: "The size is smaller than that of the snapshot.",
  ko: "크기가 스냅샷의 크기보다 작습니다.",
};
const NOT_PROVISIONED: Text = {
  en: "The volume type does not support QoS.",
  ko: "QoS를 지원하지 않는 볼륨 유형입니다.",
};
const NOT_LATEST: Text = {
  en: "Only the latest snapshot of the volume can be reverted to.",
  ko: "볼륨의 최신 스냅샷으로만 복구할 수 있습니다.",
};
const EXTENDED_SINCE: Text = {
  en: "The volume was extended after the snapshot was taken.",
  ko: "스냅샷 생성 이후 볼륨이 확장되었습니다.",
};
