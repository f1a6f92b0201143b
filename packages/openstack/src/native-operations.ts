import type { BlockStorage, CallOptions, CreateVolumeInput, Volume, WaitOptions } from "@polyvol/core";
import { type CallContext, refused, refusedArgument, show } from "@polyvol/core/driver";
import * as api from "./api.ts";
import type { ApiRequest, Client } from "./client.ts";
import { CONNECTION } from "./driver.ts";
import { checkDescription } from "./mapping.ts";
import { ATTEMPT_KEY } from "./tags.ts";
import { PROVIDER } from "./version.ts";
import type { WireMessage, WireQuotaSet, WireVolumeType, WireZone } from "./wire.ts";

/** A type of volumes, as the API has it. Its name or id is what `volumeType` takes. */
export type OpenStackVolumeType = WireVolumeType;
/** What the project may have and has, as the API has it. The size of a snapshot counts in `gigabytes`, too. */
export type OpenStackQuotas = WireQuotaSet;
/** An availability zone, as the API has it. */
export type OpenStackZone = WireZone;
/** Why something failed, as the API has it. */
export type OpenStackMessage = WireMessage;

/** What carries tags. */
export interface OpenStackTagTarget {
  /** Which of the two it is. */
  readonly kind: "volume" | "snapshot";
  /** Its id. */
  readonly id: string;
}

type Tags = Readonly<Record<string, string>>;

/**
 * What the service can do and the neutral interface has no call for, under the retries, deadlines, errors and events
 * of a storage. Every method may throw `PolyvolError`. Results are the API's own, under its own names.
 */
export class OpenStackOperations {
  readonly #storage: BlockStorage;
  readonly #client: Client;

  /** @throws PolyvolError `invalid_argument` for a storage of another provider */
  constructor(storage: BlockStorage) {
    const client = (storage.driver as { readonly [CONNECTION]?: Client })[CONNECTION];
    if (client === undefined)
      throw refusedArgument(`a storage of ${storage.provider} is not one of ${PROVIDER}`);
    this.#storage = storage;
    this.#client = client;
  }

  /** The types that volumes can be made of. */
  async listVolumeTypes(options?: CallOptions): Promise<readonly OpenStackVolumeType[]> {
    return (await this.#send("listVolumeTypes", api.listVolumeTypes, options)).volume_types;
  }

  /** One type by its id, or with `default` the one of volumes that are made without. @throws `not_found` */
  async getVolumeType(id: string, options?: CallOptions): Promise<OpenStackVolumeType> {
    return (await this.#send("getVolumeType", () => api.getVolumeType(id), options)).volume_type;
  }

  /** The availability zones of block storage. */
  async listZones(options?: CallOptions): Promise<readonly OpenStackZone[]> {
    return (await this.#send("listZones", api.listZones, options)).availabilityZoneInfo;
  }

  /** What the project may have, and has. */
  getQuotas(options?: CallOptions): Promise<OpenStackQuotas> {
    return this.#run("getQuotas", options, async (context) => {
      const { projectId } = await this.#client.logIn(context);
      return (await this.#client.send(api.getQuotas(projectId), context)).quota_set;
    });
  }

  /** What the service says of failed work on a volume or snapshot, newest first. API version 3.5 or later. */
  async listMessages(resourceId: string, options?: CallOptions): Promise<readonly OpenStackMessage[]> {
    return (await this.#send("listMessages", () => api.listMessages(resourceId), options)).messages;
  }

  /**
   * Copies a volume under a new name, with all that `volumes.create` promises. `sizeGiB`: that of the source.
   * @throws `already_exists` when a volume of the name is there that is no copy of this one
   */
  async cloneVolume(
    sourceVolumeId: string,
    input: Omit<CreateVolumeInput, "sourceSnapshotId">,
    options?: WaitOptions,
  ): Promise<Volume> {
    const { volumes } = this.#storage;
    const sizeGiB = input.sizeGiB ?? (await volumes.get(sourceVolumeId, options)).sizeGiB;
    const own = { ...input.providerOptions?.[PROVIDER], sourceVolumeId };
    const providerOptions = { ...input.providerOptions, [PROVIDER]: own };
    return await volumes.create({ ...input, sizeGiB, providerOptions }, options);
  }

  /** Sets the description of a volume. */
  async describeVolume(id: string, description: string, options?: CallOptions): Promise<void> {
    const request = () => api.updateVolume(id, { description: checkDescription(description) });
    await this.#send("describeVolume", request, options);
  }

  /** Sets tags of a volume or snapshot; others stay. @throws `not_found` */
  async setTags({ kind, id }: OpenStackTagTarget, tags: Tags, options?: CallOptions): Promise<void> {
    for (const key of Object.keys(tags)) checkKey(key);
    await this.#send("setTags", () => api.setMetadata(`${kind}s`, id, tags), options);
  }

  /**
   * Takes a tag off. @throws `not_found` where there is none of the key, too; `unsupported` for `.`, `..` and a key with a
   * slash, which the service takes and cannot be asked to delete
   */
  async removeTag({ kind, id }: OpenStackTagTarget, key: string, options?: CallOptions): Promise<void> {
    const request = () => api.deleteMetadata(`${kind}s`, id, checkRemovable(key));
    await this.#send("removeTag", request, options);
  }

  #send<T>(name: string, request: () => ApiRequest<T>, options: CallOptions | undefined): Promise<T> {
    return this.#run(name, options, (context) => this.#client.send(request(), context));
  }

  /** To read or set something twice, or take it off, is to do it once. */
  #run<T>(
    name: string,
    options: CallOptions | undefined,
    task: (context: CallContext) => Promise<T>,
  ): Promise<T> {
    return this.#storage.run(`${PROVIDER}.${name}`, task, { ...options, idempotent: true });
  }
}

/** The service's own operations on `storage`. @throws PolyvolError `invalid_argument` for one of another provider */
export function openStack(storage: BlockStorage): OpenStackOperations {
  return new OpenStackOperations(storage);
}

/** The mark of a create tells own from foreign: without it, nothing could be told any more. */
function checkKey(key: string): string {
  if (key !== ATTEMPT_KEY) return key;
  throw refusedArgument(`key: found ${ATTEMPT_KEY}, which is Polyvol's own`);
}

/** An escaped slash is one to the service, and the key would name another route, as dots do for whoever reads an address. */
function checkRemovable(key: string): string {
  if (!/\/|^\.\.?$/.test(key)) return checkKey(key);
  const reason = `key: found ${show(key)}; dots alone, or a key with a slash, cannot be deleted by this API`;
  throw refused("unsupported", reason);
}
