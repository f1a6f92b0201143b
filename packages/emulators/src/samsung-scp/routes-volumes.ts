import type { ServiceResponse } from "../kit/service.ts";
import { type Call, empty, found, json, jsonText, list, param, shown } from "./call.ts";
import type { Text } from "./errors.ts";
import { atMost, between, type Field, fieldText, oneOf, readBody } from "./fields.ts";
import {
  changeQos,
  createVolume,
  deleteVolume,
  extendVolume,
  revertVolume,
  setVolume,
} from "./life-cycle.ts";
import { listSource, readBoolean, readPage, type SortValues, selectPage } from "./paging.ts";
import { allowVolume } from "./quotas.ts";
import type { VolumeRecord, VolumeType } from "./records.ts";
import { badRequest, conflict, invalid, notFound, raceLost, VOLUME_BUSY, volumeBusy } from "./refusals.ts";
import * as requests from "./requests.ts";

const FIELDS = requests.VOLUME_FIELDS;

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
  const { query, settings } = call;
  const page = readPage(query, PAGE_RULES);
  const wrong: Text[] = [];
  const bootable = readBoolean(query, "bootable", wrong);
  if (wrong.length > 0) throw invalid(wrong);
  const name = query.get("name") || undefined;
  const state = query.get("state") || undefined;
  const exact = settings.nameFilter === "exact";
  const keep = (volume: VolumeRecord): boolean =>
    (name === undefined || (exact ? volume.name === name : volume.name.includes(name))) &&
    (state === undefined || volume.state === state) &&
    (bootable === undefined || volume.bootable === bootable);
  const { items, count } = selectPage(
    {
      ...listSource(
        call.account.volumes,
        call.now,
        call.staleMs,
        name !== undefined && exact ? ["name", name] : undefined,
      ),
      keep: name === undefined && state === undefined && bootable === undefined ? undefined : keep,
      sortValues: SORT_VALUES,
      goneMarker: settings.goneMarker,
    },
    page,
  );
  const texts = items.map((item) => call.render.volume(item, call.version.shape));
  return list("volumes", texts, count);
}

export function showVolume(call: Call): ServiceResponse {
  const item = shown(call, call.account.volumes, param(call, "volume_id"));
  return jsonText(200, call.render.volume(item, call.version.shape));
}

export function create(call: Call): ServiceResponse {
  const { account, now, settings, version, world } = call;
  const asked = readBody(call.body, requests.volumeCreate[version.shape], FIELDS);
  const snapshot = asked.snapshot_id ? found(account.snapshots.item(asked.snapshot_id)).value : undefined;
  const type =
    typeNamed(call, asked.volume_type ?? undefined) ?? snapshot?.type ?? settings.defaultVolumeType;
  checkSize(call, asked.size);
  const qos = checkQos(type, asked);
  if (snapshot !== undefined) {
    if (snapshot.status !== "available") throw badRequest(NOT_AVAILABLE_SNAPSHOT);
    if (asked.size < snapshot.size) throw badRequest(SMALLER_THAN_SNAPSHOT);
  }
  allowVolume(call, asked.size);
  const volume: VolumeRecord = {
    id: world.newId(),
    name: asked.name,
    size: asked.size,
    state: "creating",
    bootable: snapshot?.bootable ?? false,
    type,
    userId: call.caller.userId,
    snapshotId: snapshot?.id ?? null,
    createdAt: now,
    modifiedAt: null,
    imageMetadata: snapshot?.imageMetadata ?? null,
    // A provisioned type always has figures; the lowest are what it gets unasked.
    maxIops: type.provisioned ? (qos.maxIops ?? IOPS.least) : null,
    maxThroughput: type.provisioned ? (qos.maxThroughput ?? THROUGHPUT.least) : null,
    zone: asked.zone ?? settings.zone,
    tags: (asked.tags ?? []).map(({ key, value }) => ({ key, value: value ?? null })),
    attachments: [],
  };
  createVolume(world, account, volume);
  if (settings.createdState === "creating") return answer(call, 202, volume.id);
  return json(202, call.render.volumeBody({ ...volume, state: "available" }, version.shape));
}

export function update(call: Call): ServiceResponse {
  const volume = volumeOf(call);
  const { name } = readBody(call.body, requests.volumeUpdate, FIELDS);
  if (volume.state === "deleting") throw volumeBusy(call.settings.conflictStatus);
  if (name) setVolume(call.account, volume.id, { name }, call.now);
  return answer(call, 200, volume.id);
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

export function remove(call: Call): ServiceResponse {
  const { account, now, settings } = call;
  const volume = volumeOf(call);
  const wrong: Text[] = [];
  const cascade = readBoolean(call.query, "cascade", wrong) ?? true;
  if (wrong.length > 0) throw invalid(wrong);
  if (volume.attachments.length > 0 || !DELETABLE.has(volume.state))
    throw volumeBusy(call.settings.conflictStatus);
  const { volumeDeleteAfterSnapshotDeleteMs: window, status } = settings.races;
  const last = account.snapshotDeletes.get(volume.id);
  const snapshots = account.snapshotsOf(volume.id);
  const lastOneGoes = snapshots.every((one) => one.value.status === "deleting");
  if (last !== undefined && lastOneGoes && now - last < window) throw raceLost(status, VOLUME_BUSY);
  if (snapshots.length > 0 && !cascade) throw conflict(HAS_SNAPSHOTS, settings.cascadeConflictStatus);
  const settled = snapshots.every(({ value }) =>
    ["available", "error", "error_deleting", "deleting"].includes(value.status),
  );
  if (!settled) throw volumeBusy(call.settings.conflictStatus);
  deleteVolume(call.world, account, volume, now);
  return empty(202);
}

export function extend(call: Call): ServiceResponse {
  const volume = volumeOf(call);
  const { size } = readBody(call.body, requests.volumeExtend, FIELDS);
  checkSize(call, size);
  if (size <= volume.size) throw invalid([fieldText("size", sizeAbove(volume.size))]);
  if (volume.state !== "available" && volume.state !== "in-use")
    throw volumeBusy(call.settings.conflictStatus);
  allowVolume(call, size - volume.size, 0);
  extendVolume(call.world, call.account, volume, size, call.now);
  return answer(call, 202, volume.id);
}

export function setQos(call: Call): ServiceResponse {
  const volume = volumeOf(call);
  const asked = readBody(call.body, requests.volumeQos, FIELDS);
  if (!volume.type.provisioned) throw badRequest(NOT_PROVISIONED);
  const changes = checkQos(volume.type, asked);
  if (volume.state !== "available" && volume.state !== "in-use")
    throw volumeBusy(call.settings.conflictStatus);
  changeQos(call.world, call.account, volume, changes, call.now);
  return empty(call.settings.qosStatus);
}

export function revert(call: Call): ServiceResponse {
  const { account } = call;
  const volume = volumeOf(call);
  const { snapshot_id } = readBody(call.body, requests.volumeRevert, FIELDS);
  const snapshot = found(account.snapshots.item(snapshot_id)).value;
  if (snapshot.volumeId !== volume.id) throw notFound();
  if (volume.attachments.length > 0 || volume.state !== "available")
    throw volumeBusy(call.settings.conflictStatus);
  if (account.snapshotsOf(volume.id).at(-1)?.id !== snapshot.id) throw badRequest(NOT_LATEST);
  if (snapshot.status !== "available") throw badRequest(NOT_AVAILABLE_SNAPSHOT);
  if (snapshot.size !== volume.size) throw badRequest(EXTENDED_SINCE);
  revertVolume(call.world, account, volume, snapshot, call.now);
  return empty(202);
}

/** The volume that the path names, or 404. */
function volumeOf(call: Call): VolumeRecord {
  return found(call.account.volumes.item(param(call, "volume_id"))).value;
}

function answer(call: Call, status: number, volumeId: string): ServiceResponse {
  const item = found(call.account.volumes.item(volumeId));
  return jsonText(status, call.render.volume(item, call.version.shape));
}

function typeNamed({ settings }: Call, name: string | undefined): VolumeType | undefined {
  if (name === undefined) return undefined;
  const type = settings.volumeTypes.find((one) => one.name === name);
  if (type !== undefined) return type;
  const rule = oneOf(settings.volumeTypes.map((one) => one.name));
  throw invalid([fieldText("volume_type", { rule, example: settings.defaultVolumeType.name })]);
}

function checkSize({ settings }: Call, size: number): void {
  const { perVolumeSize } = settings.quotas;
  if (perVolumeSize >= 0 && size > perVolumeSize)
    throw invalid([fieldText("size", { rule: atMost(perVolumeSize), example: "104" })]);
}

const IOPS = { least: 5000, most: 20_000 };
const THROUGHPUT = { least: 250, most: 1000 };

/** Other types ignore the figures, so only a provisioned one can have wrong ones. */
function checkQos(
  type: VolumeType,
  asked: Pick<requests.VolumeCreate, "max_iops" | "max_throughput">,
): { maxIops?: number; maxThroughput?: number } {
  if (!type.provisioned) return {};
  const { max_iops: iops, max_throughput: throughput } = asked;
  const wrong: Text[] = [];
  const outside = (value: number | null | undefined, { least, most }: typeof IOPS): boolean =>
    value != null && (value < least || value > most);
  const field = (name: string, { least, most }: typeof IOPS): Field => ({
    ...FIELDS[name],
    rule: between(least, most),
  });
  if (outside(iops, IOPS)) wrong.push(fieldText("max_iops", field("max_iops", IOPS)));
  if (outside(throughput, THROUGHPUT))
    wrong.push(fieldText("max_throughput", field("max_throughput", THROUGHPUT)));
  if (wrong.length > 0) throw invalid(wrong);
  return { ...(iops != null && { maxIops: iops }), ...(throughput != null && { maxThroughput: throughput }) };
}

function sizeAbove(size: number): Field {
  return {
    rule: {
      en: `The value should be greater than the current size, ${size}.`,
      ko: `값은 현재 크기 ${size}보다 커야 합니다.`,
    },
    example: String(size + requests.SIZE_STEP),
  };
}

const HAS_SNAPSHOTS: Text = {
  en: "The volume still has snapshots.",
  ko: "볼륨에 스냅샷이 남아 있습니다.",
};
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
