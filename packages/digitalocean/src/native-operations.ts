import { type BlockStorage, type CallOptions, isPolyvolError, type PolyvolError } from "@polyvol/core";
import {
  type CallContext,
  listWords,
  parseValues,
  refusedArgument,
  reinterpretError,
  rule,
} from "@polyvol/core/driver";
import type { HttpClient, HttpRequest } from "@polyvol/core/http";
import * as z from "zod/mini";
import * as api from "./api.ts";
import { CONNECTION } from "./driver.ts";
import { requireNumber, requireVolumeId } from "./ids.ts";
import { checkTag } from "./tags.ts";
import { PROVIDER } from "./version.ts";
import type { WireAction, WireActions, WireSnapshot, WireSnapshots } from "./wire.ts";

/** The record of an attach, detach or resize, as the API has it. It names neither the volume nor the Droplet. */
export type DigitalOceanAction = WireAction;

/** A snapshot of a Droplet (its id is of digits) or of a volume, as the API has it. */
export type DigitalOceanSnapshot = WireSnapshot;

/** A page of actions; `meta.total` counts all pages. */
export type DigitalOceanActions = WireActions;

/** A page of snapshots; `meta.total` counts all pages. */
export type DigitalOceanSnapshots = WireSnapshots;

/** A volume by its natural key. */
export interface DigitalOceanVolumeName {
  /** Name of the volume. */
  readonly name: string;
  /** Slug of its region. */
  readonly region: string;
}

/** What a tag is put on. */
export interface DigitalOceanTagTarget {
  /** What carries the tag. */
  readonly kind: "volume" | "snapshot";
  /** Its id. */
  readonly id: string;
}

/** Makes a request within the call, so that what is wrong with it is an error of the call. */
type Make<T> = () => HttpRequest<T>;
/** Sends one request of a call. */
type Send = <T>(request: HttpRequest<T>) => Promise<T>;
type Targets = readonly DigitalOceanTagTarget[];

/** Which page to read: `page` from 1 (default 1) of `perPage` items (1 to 200, default 200). */
export interface DigitalOceanPageOptions extends CallOptions {
  /** Number of the page, from 1. Default 1. */
  readonly page?: number | undefined;
  /** Items of a page, up to 200. Default: the API's. */
  readonly perPage?: number | undefined;
}

/**
 * What DigitalOcean can do and the neutral interface has no call for, under the retries, deadlines, errors and events
 * of a storage. Every method may throw `PolyvolError`. Results are the API's own, under its own names.
 */
export class DigitalOceanOperations {
  readonly #storage: BlockStorage;
  readonly #http: HttpClient;

  /** @throws PolyvolError `invalid_argument` for a storage of another provider */
  constructor(storage: BlockStorage) {
    const http = (storage.driver as { readonly [CONNECTION]?: HttpClient })[CONNECTION];
    if (http === undefined)
      throw refusedArgument(`this storage is of ${storage.provider}, not of ${PROVIDER}`);
    this.#storage = storage;
    this.#http = http;
  }

  /** Deletes by name and region; missing is success. Snapshots stay. @throws `failed_precondition` when attached */
  async deleteVolumeByName(volume: DigitalOceanVolumeName, options?: CallOptions): Promise<void> {
    await this.#run("deleteVolumeByName", true, options, async (send) => {
      const key = keyOf(volume);
      await send(api.deleteVolumeByName(key)).catch(async (error: unknown) => {
        if (!isPolyvolError(error, "not_found") && !isPolyvolError(error, "conflict")) throw error;
        const listed = (await send(api.listVolumes({ ...key, per_page: 200 }))).volumes;
        const found = listed.filter((each) => each.name === key.name && each.region.slug === key.region);
        if (error.code === "not_found" && found.length === 0) return;
        // Right after a detach the service says so, too: the record tells, and what passes is tried again.
        const droplets = listWords(found.flatMap(({ droplet_ids }) => droplet_ids ?? []).map(String));
        if (droplets === "") throw error.code === "not_found" ? stillThere(error) : error;
        const reason = `it is attached to ${droplets}; detach it first`;
        throw reinterpretError(error, "failed_precondition", reason, { retryable: false });
      });
    });
  }

  /** Starts to attach (to the Droplet of that id) or to detach. Follow the action with {@link getAction}. */
  async actOnVolumeByName(
    type: "attach" | "detach",
    volume: DigitalOceanVolumeName,
    dropletId: string,
    options?: CallOptions,
  ): Promise<DigitalOceanAction> {
    const request = () =>
      api.actOnNamedVolume(keyOf(volume), {
        type: parseValues({ type }, act).type ?? type,
        droplet_id: requireNumber("Droplet", dropletId),
      });
    return (await this.#send("actOnVolumeByName", false, request, options)).action;
  }

  /** The actions of a volume, running and past. */
  async listActions(volumeId: string, options?: DigitalOceanPageOptions): Promise<DigitalOceanActions> {
    const { page, call } = splitPage(options);
    const request = () => api.listVolumeActions(requireVolumeId(volumeId), pageOf(page));
    return await this.#send("listActions", true, request, call);
  }

  /** One action of a volume (scope `block_storage_action:read`). @throws `not_found`, for a moment also of a new one */
  async getVolumeAction(
    volumeId: string,
    actionId: number,
    options?: CallOptions,
  ): Promise<DigitalOceanAction> {
    const request = () => api.getVolumeAction(requireVolumeId(volumeId), requireNumber("action", actionId));
    return (await this.#send("getVolumeAction", true, request, options)).action;
  }

  /** One action of the account (scope `actions:read`). @throws `not_found`, for a moment also of a new one */
  async getAction(actionId: number, options?: CallOptions): Promise<DigitalOceanAction> {
    const request = () => api.getAction(requireNumber("action", actionId));
    return (await this.#send("getAction", true, request, options)).action;
  }

  /** Snapshots of Droplets, of volumes, or (without `resourceType`) of both. `region` narrows those of volumes. */
  async listSnapshots(
    query?: {
      readonly resourceType?: "droplet" | "volume" | undefined;
      readonly region?: string | undefined;
    },
    options?: DigitalOceanPageOptions,
  ): Promise<DigitalOceanSnapshots> {
    const { page, call } = splitPage(options);
    const request = () => {
      const { resourceType, region } = parseValues(query ?? {}, snapshotQuery);
      return api.listSnapshots({ resource_type: resourceType, region, ...pageOf(page) });
    };
    return await this.#send("listSnapshots", true, request, call);
  }

  /** A snapshot of a Droplet or a volume. @throws `not_found` */
  async getSnapshot(id: string, options?: CallOptions): Promise<DigitalOceanSnapshot> {
    return (await this.#send("getSnapshot", true, () => api.getSnapshot(id), options)).snapshot;
  }

  /** Deletes a snapshot of a Droplet or a volume; missing is success. */
  async deleteSnapshot(id: string, options?: CallOptions): Promise<void> {
    await this.#run("deleteSnapshot", true, options, async (send) => {
      await send(api.deleteSnapshot(id)).catch(async (error: unknown) => {
        if (!isPolyvolError(error, "not_found")) throw error;
        const isThere = await send(api.getSnapshot(id)).then(
          () => true,
          (failure: unknown) => !isPolyvolError(failure, "not_found"),
        );
        if (isThere) throw stillThere(error);
      });
    });
  }

  /** Makes a tag; an existing one is success. Returns it as it is spelt: its first use decides on capitals. */
  async createTag(name: string, options?: CallOptions): Promise<string> {
    return (await this.#send("createTag", true, () => api.createTag(checkTag(name)), options)).tag.name;
  }

  /** Puts an existing tag on resources. @throws `not_found` for an unknown tag or resource */
  async addTag(name: string, targets: Targets, options?: CallOptions): Promise<void> {
    const request = () => api.changeTag("POST", checkTag(name), targets.map(toTarget));
    await this.#send("addTag", true, request, options);
  }

  /** Takes a tag off resources. @throws `not_found` for an unknown tag */
  async removeTag(name: string, targets: Targets, options?: CallOptions): Promise<void> {
    const request = () => api.changeTag("DELETE", checkTag(name), targets.map(toTarget));
    await this.#send("removeTag", true, request, options);
  }

  #send<T>(name: string, idempotent: boolean, request: Make<T>, options?: CallOptions): Promise<T> {
    return this.#run(name, idempotent, options, (send) => send(request()));
  }

  #run<T>(
    name: string,
    idempotent: boolean,
    options: CallOptions | undefined,
    task: (send: Send) => Promise<T>,
  ): Promise<T> {
    const run = (context: CallContext): Promise<T> =>
      task(async (request) => (await this.#http.send(request, context)).data);
    return this.#storage.run(`${PROVIDER}.${name}`, run, { ...options, idempotent });
  }
}

/** What a copy that lags behind does not find, and another read shows, has not gone: it is deleted again. */
function stillThere(error: PolyvolError): PolyvolError {
  const reason = `it is there, and is not found to be deleted: ${error.reason}`;
  return reinterpretError(error, "conflict", reason, { retryable: true });
}

/**
 * DigitalOcean's own operations on a storage of `createDigitalOceanStorage`.
 * @throws PolyvolError `invalid_argument` for a storage of another provider
 */
export function digitalOcean(storage: BlockStorage): DigitalOceanOperations {
  return new DigitalOceanOperations(storage);
}

const nonEmpty = rule(z.string().check(z.minLength(1)), "a text that is not empty");
const named = { name: { ...nonEmpty, required: true }, region: { ...nonEmpty, required: true } };
const pages = {
  page: rule(z.int().check(z.positive()), "a whole number from 1"),
  perPage: rule(z.int().check(z.minimum(1), z.maximum(200)), "a whole number from 1 to 200"),
};
const snapshotQuery = {
  resourceType: rule(z.enum(["droplet", "volume"]), '"droplet" or "volume"'),
  region: nonEmpty,
};
const act = { type: rule(z.enum(["attach", "detach"]), '"attach" or "detach"') };
const target = { kind: rule(z.enum(["volume", "snapshot"]), '"volume" or "snapshot"'), id: nonEmpty };

/** Without one of the two, or with more, the service would take it for another question. */
function keyOf(given: DigitalOceanVolumeName): DigitalOceanVolumeName {
  return parseValues(given, named) as DigitalOceanVolumeName;
}

/** What is of the page, and what is of the call. */
function splitPage({ page, perPage, ...call }: DigitalOceanPageOptions = {}) {
  return { page: { page, perPage }, call };
}

function pageOf(given: Pick<DigitalOceanPageOptions, "page" | "perPage">): api.Page {
  const { page = 1, perPage = 200 } = parseValues(given, pages, "options");
  return { page, per_page: perPage };
}

function toTarget(given: DigitalOceanTagTarget): api.TagTarget {
  const { kind, id = "" } = parseValues(given, target);
  return { resource_id: id, resource_type: kind === "volume" ? "volume" : "volume_snapshot" };
}
