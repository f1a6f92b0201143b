import type { ServiceResponse } from "../kit/service.ts";
import * as bodies from "./bodies.ts";
import { type Call, empty, found, json, param } from "./call.ts";
import type { Transfer } from "./records.ts";
import { badRequest, conflict, notFound, type Text } from "./responses.ts";
import type { Account } from "./state.ts";
import { busy } from "./volumes.ts";
import { setVolume } from "./work.ts";

const FIELDS = bodies.VOLUME_FIELDS;

export function listTransfers(call: Call): ServiceResponse {
  const transfers = [...call.state.transfers.values()].filter(
    ({ accountId }) => accountId === call.account.id,
  );
  return json(200, { transfers: transfers.map((transfer) => call.render.transferBody(transfer)) });
}

export function createTransfer(call: Call): ServiceResponse {
  const { account, now, options, state } = call;
  const asked = bodies.readBody(call.request.body, bodies.transferCreate, FIELDS);
  const volume = found(account.volumes.get(asked.volume_id));
  if (volume.state !== "available" || volume.attachments.length > 0) throw busy(call);
  const { transferStatus } = options.races;
  if (transferStatus !== 202 && !areSnapshotsAvailable(account, volume.id))
    throw conflict(SNAPSHOTS_BUSY, transferStatus);
  const transfer: Transfer = {
    id: state.newId(),
    volumeId: volume.id,
    name: asked.name ?? null,
    authKey: state.newId().replaceAll("-", "").slice(0, 16),
    createdAt: now,
    accountId: account.id,
  };
  state.transfers.set(transfer.id, transfer);
  setVolume(account, volume.id, { state: "awaiting-transfer" }, now);
  return json(202, call.render.transferBody(transfer, "created_at", "auth_key"));
}

export function showTransfer(call: Call): ServiceResponse {
  return json(200, call.render.transferBody(ownTransfer(call), "created_at"));
}

export function deleteTransfer(call: Call): ServiceResponse {
  const transfer = ownTransfer(call);
  call.state.transfers.delete(transfer.id);
  setVolume(call.account, transfer.volumeId, { state: "available" }, call.now);
  return empty(202);
}

/** Whoever has the key may accept; the volume and its snapshots then belong to that account. */
export function acceptTransfer(call: Call): ServiceResponse {
  const { state } = call;
  const transfer = found(state.transfers.get(param(call, "transfer_id")));
  const asked = bodies.readBody(call.request.body, bodies.transferAccept, FIELDS);
  if (asked.auth_key !== transfer.authKey) throw badRequest(WRONG_KEY);
  const from = state.account(transfer.accountId);
  if (!areSnapshotsAvailable(from, transfer.volumeId)) throw badRequest(SNAPSHOTS_BUSY);
  state.transfers.delete(transfer.id);
  moveVolume(call, from, transfer.volumeId);
  return json(202, call.render.transferBody(transfer));
}

/** Moves a volume and its snapshots to the account of the caller. */
function moveVolume({ account, caller, now }: Call, from: Account, volumeId: string): void {
  const { userId } = caller;
  for (const snapshot of [...from.snapshots.by("volume", volumeId)]) {
    from.snapshots.remove(snapshot.id, now);
    account.snapshots.put({ ...snapshot, userId }, now);
  }
  const volume = from.volumes.remove(volumeId, now);
  if (volume !== undefined)
    account.volumes.put({ ...volume, state: "available", userId, modifiedAt: now }, now);
}

/** Work on a snapshot under way belongs to the account that began it, so nothing moves meanwhile. */
function areSnapshotsAvailable(account: Account, volumeId: string): boolean {
  return account.snapshots.by("volume", volumeId).every(({ status }) => status === "available");
}

/** Other accounts cannot see a transfer; they need its id and key from its owner. */
function ownTransfer(call: Call): Transfer {
  const transfer = call.state.transfers.get(param(call, "transfer_id"));
  if (transfer?.accountId !== call.account.id) throw notFound();
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
