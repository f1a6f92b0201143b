import { createRecordTexts } from "../kit/record-texts.ts";
import type { Inventory } from "../kit/service.ts";
import type { Shape } from "./api-versions.ts";
import { hexOf } from "./auth.ts";
import type { VolumeType } from "./options.ts";
import type { Attachment, ServerRecord, SnapshotRecord, Transfer, VolumeRecord } from "./records.ts";
import type { Account, State } from "./state.ts";

type Body = Record<string, unknown>;

/**
 * Everything that exists now, as it goes over the wire, oldest first. Beside it stands what the service does not
 * show: whose a resource is, the tags of a volume, and attachments that are not finished.
 */
export interface SamsungScpState {
  /** ISO 8601. */
  readonly now: string;
  /** All volumes. */
  readonly volumes: readonly Record<string, unknown>[];
  /** All snapshots. */
  readonly snapshots: readonly Record<string, unknown>[];
  /** All servers. */
  readonly servers: readonly Record<string, unknown>[];
  /** All transfers that are under way. */
  readonly transfers: readonly Record<string, unknown>[];
}

/** Every emulated server runs, on the smallest type that the vendor's examples name. */
export const SERVER_STATE = "ACTIVE";
const SERVER_TYPE = {
  id: "s1v1m2",
  name: "s1v1m2",
  vcpus: 1,
  ram: 2048,
  disk: 0,
  ephemeral: 0,
  swap: 0,
  extra_specs: {},
};

export type Renderer = ReturnType<typeof createRenderer>;

/**
 * Shows records as the wire does: exactly the documented keys of each version, since the vendor's own client refuses any
 * other. `zoneless` leaves the `Z` out of timestamps.
 */
export function createRenderer(timestamps: "zoned" | "zoneless") {
  const zone = timestamps === "zoned" ? "Z" : "";
  const milliseconds = (at: number): string => new Date(at).toISOString().slice(0, -1) + zone;
  const seconds = (at: number): string => new Date(at).toISOString().slice(0, -5) + zone;
  const volumeTexts = {
    0: createRecordTexts<VolumeRecord>(),
    1: createRecordTexts<VolumeRecord>(),
    2: createRecordTexts<VolumeRecord>(),
  };
  const snapshotText = createRecordTexts<SnapshotRecord>();

  function volumeBody(volume: VolumeRecord, shape: Shape): Body {
    return {
      bootable: volume.bootable,
      created_at: milliseconds(volume.createdAt),
      // Every volume of the service is encrypted at rest.
      encrypted: true,
      id: volume.id,
      modified_at: volume.modifiedAt === null ? null : milliseconds(volume.modifiedAt),
      multiattach: volume.type.multiattach,
      name: volume.name,
      servers: volume.attachments.flatMap(({ serverId, device, attachedAt }) =>
        attachedAt === null ? [] : [{ attached_at: milliseconds(attachedAt), device, id: serverId }],
      ),
      size: volume.size,
      snapshot_id: volume.snapshotId,
      state: volume.state,
      user_id: volume.userId,
      volume_image_metadata: volume.imageMetadata,
      volume_type: volume.type.name,
      volume_type_id: volume.type.id,
      ...(shape >= 1 && { max_iops: volume.maxIops, max_throughput: volume.maxThroughput }),
      ...(shape >= 2 && { zone: volume.zone }),
    };
  }

  function snapshotBody(snapshot: SnapshotRecord): Body {
    return {
      created_at: seconds(snapshot.createdAt),
      description: snapshot.description,
      id: snapshot.id,
      metadata: snapshot.metadata,
      name: snapshot.name,
      size: snapshot.size,
      status: snapshot.status,
      updated_at: snapshot.updatedAt === null ? null : seconds(snapshot.updatedAt),
      user_id: snapshot.userId,
      volume_id: snapshot.volumeId,
    };
  }

  function transferBody(transfer: Transfer, ...extra: readonly ("created_at" | "auth_key")[]): Body {
    return {
      ...(extra.includes("auth_key") && { auth_key: transfer.authKey }),
      ...(extra.includes("created_at") && { created_at: seconds(transfer.createdAt) }),
      id: transfer.id,
      name: transfer.name,
      volume_id: transfer.volumeId,
    };
  }

  /** A server with what clients read of one; there is no machine behind it. */
  function serverBody(server: ServerRecord, account: Account): Body {
    const volumes = server.volumeIds.flatMap((id) => {
      const attachments = account.volumes.get(id)?.attachments ?? [];
      const attachment = attachments.find(({ serverId }) => serverId === server.id);
      if (attachment === undefined || attachment.attachedAt === null) return [];
      return [{ delete_on_termination: attachment.deleteOnTermination, id }];
    });
    return {
      account_id: account.id,
      addresses: [],
      auto_scaling_group_id: null,
      created_at: milliseconds(server.createdAt),
      created_by: hexOf(account.id),
      disk_config: "MANUAL",
      id: server.id,
      image_id: null,
      is_marketplace: false,
      keypair_name: null,
      launch_configuration_id: null,
      locked: false,
      metadata: {},
      modified_at: milliseconds(server.createdAt),
      name: server.name,
      planned_compute_os_type: null,
      product_category: null,
      product_offering: null,
      security_groups: [],
      server_group_id: null,
      server_type: SERVER_TYPE,
      state: SERVER_STATE,
      volumes,
      vpc_id: null,
    };
  }

  function dump({ accounts, transfers }: State, now: number): SamsungScpState {
    const inAccounts = (bodiesOf: (account: Account) => readonly Body[]): Body[] =>
      [...accounts.values()].flatMap((account) =>
        bodiesOf(account).map((body) => ({ ...body, account_id: account.id })),
      );
    return {
      now: new Date(now).toISOString(),
      volumes: inAccounts(({ volumes }) =>
        volumes.all().map((volume) => ({
          ...volumeBody(volume, 2),
          tags: volume.tags,
          attachments: volume.attachments.map((one) => serverVolumeBody(volume.id, one)),
        })),
      ),
      snapshots: inAccounts(({ snapshots }) => snapshots.all().map(snapshotBody)),
      servers: inAccounts(({ servers }) =>
        servers.all().map(({ id, name, zone, windows, volumeIds }) => ({
          id,
          name,
          zone,
          windows,
          volume_ids: volumeIds,
        })),
      ),
      transfers: [...transfers.values()].map((transfer) => ({
        ...transferBody(transfer, "created_at", "auth_key"),
        account_id: transfer.accountId,
      })),
    };
  }

  return {
    /** A volume as JSON text. */
    volume: (volume: VolumeRecord, shape: Shape): string =>
      volumeTexts[shape](volume, () => volumeBody(volume, shape)),
    /** A snapshot as JSON text. */
    snapshot: (snapshot: SnapshotRecord): string => snapshotText(snapshot, () => snapshotBody(snapshot)),
    volumeBody,
    snapshotBody,
    transferBody,
    serverBody,
    dump,
  };
}

export function volumeTypeBody(type: VolumeType): Body {
  return {
    description: type.description,
    extra_specs: { multiattach: type.multiattach ? "<is> True" : null },
    id: type.id,
    name: type.name,
  };
}

/** The response of the attach route of volumes. */
export function attachBody(volumeId: string, attachment: Attachment): Body {
  return {
    delete_on_termination: attachment.deleteOnTermination,
    device: attachment.device,
    server_id: attachment.serverId,
    volume_id: volumeId,
  };
}

/** The same as a resource of its own, on the routes of servers; its id is that of the attachment. */
export function serverVolumeBody(volumeId: string, attachment: Attachment): Body {
  return { ...attachBody(volumeId, attachment), id: attachment.id };
}

/** The volumes and snapshots of all accounts. */
export function inventoryOf({ accounts }: State): Inventory {
  const all = [...accounts.values()];
  return {
    volumes: all.flatMap(({ volumes }) =>
      volumes.all().map(({ id, name, size: sizeGiB, state, attachments }) => {
        const ready = state === "available" || state === "in-use";
        const attached = attachments.filter(({ attachedAt }) => attachedAt !== null);
        return { id, name, sizeGiB, ready, serverIds: attached.map(({ serverId }) => serverId) };
      }),
    ),
    snapshots: all.flatMap(({ snapshots }) =>
      snapshots.all().map(({ id, name, volumeId, size: sizeGiB, status }) => {
        return { id, name, volumeId, sizeGiB, ready: status === "available" };
      }),
    ),
  };
}
