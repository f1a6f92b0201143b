import { hexOf } from "./auth.ts";
import type { Item } from "./collection.ts";
import type { Attachment, Server, SnapshotRecord, Transfer, VolumeRecord, VolumeType } from "./records.ts";
import type { Shape } from "./versions.ts";
import type { Account } from "./world.ts";

/** Every emulated server runs, on the smallest type that the vendor's examples name. */
export const SERVER_STATE = "ACTIVE";
const SERVER_TYPE = {
  ...{ id: "s1v1m2", name: "s1v1m2", vcpus: 1, ram: 2048 },
  ...{ disk: 0, ephemeral: 0, swap: 0, extra_specs: {} },
};

/** `zoneless` leaves the `Z` out. */
export type TimestampStyle = "zoned" | "zoneless";

/**
 * Records as the wire shows them: exactly the documented keys of each version, since the vendor's own client
 * refuses any other. Texts of volumes and snapshots are kept with the record, so a list joins what is there.
 */
export class Renderer {
  readonly #end: "Z" | "";

  constructor(timestamps: TimestampStyle) {
    this.#end = timestamps === "zoned" ? "Z" : "";
  }

  volume(item: Item<VolumeRecord>, shape: Shape): string {
    item.rendered[shape] ??= JSON.stringify(this.volumeBody(item.value, shape));
    return item.rendered[shape];
  }

  snapshot(item: Item<SnapshotRecord>): string {
    item.rendered[0] ??= JSON.stringify(this.snapshotBody(item.value));
    return item.rendered[0];
  }

  snapshotBody(snapshot: SnapshotRecord): Record<string, unknown> {
    return {
      created_at: this.#seconds(snapshot.createdAt),
      description: snapshot.description,
      id: snapshot.id,
      metadata: snapshot.metadata,
      name: snapshot.name,
      size: snapshot.size,
      status: snapshot.status,
      updated_at: snapshot.updatedAt === null ? null : this.#seconds(snapshot.updatedAt),
      user_id: snapshot.userId,
      volume_id: snapshot.volumeId,
    };
  }

  transferBody(
    transfer: Transfer,
    ...extra: readonly ("created_at" | "auth_key")[]
  ): Record<string, unknown> {
    return {
      ...(extra.includes("auth_key") && { auth_key: transfer.authKey }),
      ...(extra.includes("created_at") && { created_at: this.#seconds(transfer.createdAt) }),
      id: transfer.id,
      name: transfer.name,
      volume_id: transfer.volumeId,
    };
  }

  volumeBody(volume: VolumeRecord, shape: Shape): Record<string, unknown> {
    const servers: unknown[] = [];
    for (const { serverId, device, attachedAt } of volume.attachments)
      if (attachedAt !== null)
        servers.push({ attached_at: this.#milliseconds(attachedAt), device, id: serverId });
    const body: Record<string, unknown> = {
      bootable: volume.bootable,
      created_at: this.#milliseconds(volume.createdAt),
      // Every volume of the service is encrypted at rest.
      encrypted: true,
      id: volume.id,
      modified_at: volume.modifiedAt === null ? null : this.#milliseconds(volume.modifiedAt),
      multiattach: volume.type.multiattach,
      name: volume.name,
      servers,
      size: volume.size,
      snapshot_id: volume.snapshotId,
      state: volume.state,
      user_id: volume.userId,
      volume_image_metadata: volume.imageMetadata,
      volume_type: volume.type.name,
      volume_type_id: volume.type.id,
    };
    if (shape >= 1) {
      body["max_iops"] = volume.maxIops;
      body["max_throughput"] = volume.maxThroughput;
    }
    if (shape >= 2) body["zone"] = volume.zone;
    return body;
  }

  /** A server with what clients read of one; there is no machine behind it. */
  serverBody(server: Server, account: Account): Record<string, unknown> {
    const at = this.#milliseconds(server.createdAt);
    const volumes: unknown[] = [];
    for (const id of server.volumeIds) {
      const attachment = account.volumes.get(id)?.attachments.find(({ serverId }) => serverId === server.id);
      if (attachment !== undefined && attachment.attachedAt !== null)
        volumes.push({ delete_on_termination: attachment.deleteOnTermination, id });
    }
    return {
      account_id: account.id,
      addresses: [],
      auto_scaling_group_id: null,
      created_at: at,
      created_by: hexOf(account.id),
      disk_config: "MANUAL",
      id: server.id,
      image_id: null,
      is_marketplace: false,
      keypair_name: null,
      launch_configuration_id: null,
      locked: false,
      metadata: {},
      modified_at: at,
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

  #milliseconds(at: number): string {
    return new Date(at).toISOString().slice(0, -1) + this.#end;
  }

  #seconds(at: number): string {
    return new Date(at).toISOString().slice(0, -5) + this.#end;
  }
}

export function volumeTypeBody(type: VolumeType): Record<string, unknown> {
  return {
    description: type.description,
    extra_specs: { multiattach: type.multiattach ? "<is> True" : null },
    id: type.id,
    name: type.name,
  };
}

/** The answer to the attach route of volumes. */
export function attachBody(volumeId: string, attachment: Attachment): Record<string, unknown> {
  return {
    delete_on_termination: attachment.deleteOnTermination,
    device: attachment.device,
    server_id: attachment.serverId,
    volume_id: volumeId,
  };
}

/** The same as a resource of its own, on the routes of servers; its id is that of the attachment. */
export function serverVolumeBody(volumeId: string, attachment: Attachment): Record<string, unknown> {
  return { ...attachBody(volumeId, attachment), id: attachment.id };
}
