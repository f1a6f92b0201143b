import type { ServiceResponse } from "../kit/service.ts";
import { type Call, empty, found, json, param } from "./call.ts";
import type { Text } from "./errors.ts";
import { readBody } from "./fields.ts";
import { setVolume } from "./life-cycle.ts";
import type { Transfer } from "./records.ts";
import { badRequest, notFound, raceLost, volumeBusy } from "./refusals.ts";
import * as requests from "./requests.ts";
import type { Account } from "./world.ts";

const FIELDS = requests.VOLUME_FIELDS;

export function listTransfers(call: Call): ServiceResponse {
  const transfers = [...call.world.transfers.values()].filter(
    ({ accountId }) => accountId === call.account.id,
  );
  return json(200, { transfers: transfers.map((transfer) => call.render.transferBody(transfer)) });
}

export function createTransfer(call: Call): ServiceResponse {
  const { account, now, world } = call;
  const asked = readBody(call.body, requests.transferCreate, FIELDS);
  const volume = found(account.volumes.item(asked.volume_id)).value;
  if (volume.state !== "available" || volume.attachments.length > 0)
    throw volumeBusy(call.settings.conflictStatus);
  const { transferStatus } = call.settings.races;
  if (transferStatus !== 202 && !snapshotsSettled(account, volume.id))
    throw raceLost(transferStatus, SNAPSHOTS_BUSY);
  const transfer: Transfer = {
    id: world.newId(),
    volumeId: volume.id,
    name: asked.name ?? null,
    authKey: world.newId().replaceAll("-", "").slice(0, 16),
    createdAt: now,
    accountId: account.id,
  };
  world.transfers.set(transfer.id, transfer);
  setVolume(account, volume.id, { state: "awaiting-transfer" }, now);
  return json(202, call.render.transferBody(transfer, "created_at", "auth_key"));
}

export function showTransfer(call: Call): ServiceResponse {
  return json(200, call.render.transferBody(ownTransfer(call), "created_at"));
}

export function deleteTransfer(call: Call): ServiceResponse {
  const transfer = ownTransfer(call);
  call.world.transfers.delete(transfer.id);
  setVolume(call.account, transfer.volumeId, { state: "available" }, call.now);
  return empty(202);
}

/** Whoever has the key may accept; the volume and its snapshots then belong to that account. */
export function acceptTransfer(call: Call): ServiceResponse {
  const { now, world } = call;
  const transfer = world.transfers.get(param(call, "transfer_id"));
  if (transfer === undefined) throw notFound();
  const asked = readBody(call.body, requests.transferAccept, FIELDS);
  if (asked.auth_key !== transfer.authKey) throw badRequest(WRONG_KEY);
  const from = world.account(transfer.accountId);
  if (!snapshotsSettled(from, transfer.volumeId)) throw badRequest(SNAPSHOTS_BUSY);
  world.transfers.delete(transfer.id);
  moveVolume(from, call.account, transfer.volumeId, call.caller.userId, now);
  return json(202, call.render.transferBody(transfer));
}

function moveVolume(from: Account, to: Account, volumeId: string, userId: string, now: number): void {
  const snapshots = from.snapshotsOf(volumeId).map(({ value }) => value);
  for (const snapshot of snapshots) from.snapshots.remove(snapshot.id, now);
  const volume = from.volumes.remove(volumeId, now);
  if (volume !== undefined) to.volumes.add({ ...volume, state: "available", userId, modifiedAt: now }, now);
  for (const snapshot of snapshots) to.snapshots.add({ ...snapshot, userId }, now);
}

/** Work on a snapshot under way belongs to the account that began it, so nothing moves meanwhile. */
function snapshotsSettled(account: Account, volumeId: string): boolean {
  return account.snapshotsOf(volumeId).every(({ value }) => value.status === "available");
}

/** Other accounts cannot see a transfer; they need its id and key from its owner. */
function ownTransfer(call: Call): Transfer {
  const transfer = call.world.transfers.get(param(call, "transfer_id"));
  if (transfer === undefined || transfer.accountId !== call.account.id) throw notFound();
  return transfer;
}

const WRONG_KEY: Text = {
  en: "The auth key of the transfer is not valid.",
  ko: "이전의 인증 키가 올바르지 않습니다.",
};
const SNAPSHOTS_BUSY: Text = {
  en: "A snapshot of the volume is not available.",
  ko: "사용할 수 없는 상태의 스냅샷이 볼륨에 있습니다.",
};
