import type { BlockStorage, CallOptions } from "@polyvol/core";
import { type CallContext, refusedArgument } from "@polyvol/core/driver";
import * as api from "./api.ts";
import type { VersionedClient, VersionedRequest } from "./api-versions.ts";
import { CONNECTION } from "./driver.ts";
import { PROVIDER } from "./version.ts";
import type { WireQuotaSet, WireServerVolume, WireVolumeType } from "./wire.ts";

/** A type of volumes, as the API has it. Its name is what `volumeType` takes; upper and lower case differ. */
export type SamsungScpVolumeType = WireVolumeType;
/** The account's quotas, as the API has them. */
export type SamsungScpQuotas = WireQuotaSet;
/** A volume on a server, as the API has it. */
export type SamsungScpServerVolume = WireServerVolume;

/**
 * What the service can do and the neutral interface has no call for, under the retries, deadlines, errors and events
 * of a storage. Every method may throw `PolyvolError`. Results are the API's own, under its own names. Changes return
 * once they are accepted; `volumes.get` shows when they are done.
 */
export class SamsungScpOperations {
  readonly #storage: BlockStorage;
  readonly #client: VersionedClient;

  /** @throws PolyvolError `invalid_argument` for a storage of another provider */
  constructor(storage: BlockStorage) {
    const client = (storage.driver as { readonly [CONNECTION]?: VersionedClient })[CONNECTION];
    if (client === undefined)
      throw refusedArgument(`a storage of ${storage.provider} is not one of ${PROVIDER}`);
    this.#storage = storage;
    this.#client = client;
  }

  /** For volumes of the type `SSD_Provisioned`; throughput in MB/s. @throws `unsupported` below API version 1.2 */
  async setVolumeQos(
    volumeId: string,
    {
      maxIops,
      maxThroughput,
    }: { readonly maxIops?: number | undefined; readonly maxThroughput?: number | undefined },
    options?: CallOptions,
  ): Promise<void> {
    await this.#send("setVolumeQos", () => api.setVolumeQos(volumeId, maxIops, maxThroughput), options);
  }

  /** All types that volumes can have. */
  async listVolumeTypes(options?: CallOptions): Promise<readonly SamsungScpVolumeType[]> {
    return (await this.#send("listVolumeTypes", api.listVolumeTypes, options)).volume_types;
  }

  /** One type by its id. @throws `not_found` */
  getVolumeType(id: string, options?: CallOptions): Promise<SamsungScpVolumeType> {
    return this.#send("getVolumeType", () => api.getVolumeType(id), options);
  }

  /** The type of volumes that are made without one. */
  getDefaultVolumeType(options?: CallOptions): Promise<SamsungScpVolumeType> {
    return this.#send("getDefaultVolumeType", api.getDefaultVolumeType, options);
  }

  /** What the account may have, and has. */
  getQuotas(options?: CallOptions): Promise<SamsungScpQuotas> {
    return this.#send("getQuotas", api.getQuotas, options);
  }

  /** All volumes of a server. */
  async listServerVolumes(
    serverId: string,
    options?: CallOptions,
  ): Promise<readonly SamsungScpServerVolume[]> {
    return (await this.#send("listServerVolumes", () => api.listServerVolumes(serverId), options)).volumes;
  }

  /** One volume of a server. @throws `not_found` when it is not attached there */
  getServerVolume(
    serverId: string,
    volumeId: string,
    options?: CallOptions,
  ): Promise<SamsungScpServerVolume> {
    return this.#send("getServerVolume", () => api.getServerVolume(serverId, volumeId), options);
  }

  /** Attaches with a device name and a fate of one's own choice; `volumes.attach` leaves both to the service. */
  attachToServer(
    serverId: string,
    volume: {
      readonly volumeId: string;
      readonly device?: string | undefined;
      readonly deleteOnTermination?: boolean | undefined;
    },
    options?: CallOptions,
  ): Promise<SamsungScpServerVolume> {
    const { volumeId, device, deleteOnTermination } = volume;
    const body = { volume_id: volumeId, device, delete_on_termination: deleteOnTermination };
    return this.#send("attachToServer", () => api.attachToServer(serverId, body), options);
  }

  /** Sets whether an attached volume is deleted together with its server. */
  async setDeleteOnTermination(
    serverId: string,
    volumeId: string,
    deleteOnTermination: boolean,
    options?: CallOptions,
  ): Promise<void> {
    const body = { volume_id: volumeId, delete_on_termination: deleteOnTermination };
    await this.#send("setDeleteOnTermination", () => api.setServerVolume(serverId, volumeId, body), options);
  }

  /** @throws `not_found` when it is not attached there */
  async detachFromServer(serverId: string, volumeId: string, options?: CallOptions): Promise<void> {
    await this.#send("detachFromServer", () => api.detachFromServer(serverId, volumeId), options);
  }

  #send<T>(name: string, request: () => VersionedRequest<T>, options: CallOptions | undefined): Promise<T> {
    const task = (context: CallContext): Promise<T> => this.#client.send(request(), context);
    // A second attach or detach would be refused because of the first; to read or set twice is to do it once.
    const idempotent = /^(?:list|get|set)/.test(name);
    return this.#storage.run(`${PROVIDER}.${name}`, task, { ...options, idempotent });
  }
}

/** The service's own operations on `storage`. @throws PolyvolError `invalid_argument` for one of another provider */
export function samsungScp(storage: BlockStorage): SamsungScpOperations {
  return new SamsungScpOperations(storage);
}
