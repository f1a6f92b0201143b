import { isPolyvolError, type PolyvolError, type VolumeState } from "@polyvol/core";
import {
  type BlockStorageDriver,
  type CallContext,
  type Changed,
  isSameId,
  omitUndefined,
  refused,
  refusedArgument,
  show,
  unchanged,
} from "@polyvol/core/driver";
import type { HttpRequest } from "@polyvol/core/http";
import * as api from "./api.ts";
import { hasFeature, requireFeature } from "./api-versions.ts";
import { capabilitiesWith } from "./capabilities.ts";
import { type ApiRequest, createClient } from "./client.ts";
import { attachToServer, detachFromServer } from "./compute.ts";
import {
  checkDescription,
  isOfType,
  MOUNTPOINT,
  toCreateSnapshotBody,
  toCreateVolumeBody,
  toPage,
  toSnapshot,
  toVolume,
  unlikeOptions,
  waitsForPerson,
} from "./mapping.ts";
import type { Settings } from "./options.ts";
import { checkGrowth, createReasons, growth } from "./pending.ts";
import { createReaders } from "./readers.ts";
import {
  isAmbiguous,
  notFoundAfter,
  unchangeableVolume,
  undeletableSnapshot,
  undeletableVolume,
  unusableSource,
  whyUndeletable,
} from "./refusal.ts";
import { deviceHints, serverIdentity } from "./server-side.ts";
import { attemptIdOf } from "./tags.ts";
import { PROVIDER, VERSION } from "./version.ts";
import type { WireVolume } from "./wire.ts";

/** Where a driver keeps its connection for the provider-specific functions. Shared by copies of this package. */
export const CONNECTION: unique symbol = Symbol.for("polyvol.openstack.connection") as never;

/** A change that is over once it is answered; of attachments Cinder asks its volume service before it answers. */
const ENDED: Changed = { settled: true };

/** The largest page that the service gives unless its operator has changed it. */
const MOST_ON_A_PAGE = 1_000;

export function createDriver(settings: Settings): BlockStorageDriver {
  const { settleMs, quotas, region: defaultRegion } = settings;
  const client = createClient(settings);
  const { send } = client;
  const readers = createReaders(client);
  const reasons = createReasons(client);

  const regionOf = async (context: CallContext): Promise<string> => (await client.logIn(context)).region;

  /**
   * `send`, a change of a volume or a snapshot of it. A refusal that may be for the volume's state is judged by that.
   * `forbiddenIn`: states of rest in which only the state can be the reason.
   */
  async function judgedByState<T>(
    id: string,
    context: CallContext,
    send: () => Promise<T>,
    forbiddenIn?: readonly VolumeState[],
  ): Promise<T> {
    try {
      return await send();
    } catch (error) {
      if (!isAmbiguous(error)) throw error;
      throw unchangeableVolume(error, await volumeAfter(id, error, context), forbiddenIn);
    }
  }

  /** A change that has begun once it is accepted (202), and that is all: the volume is looked at until it is as asked. */
  async function change(
    id: string,
    request: ApiRequest<undefined>,
    context: CallContext,
    accepted: Changed = {},
    forbiddenIn?: readonly VolumeState[],
  ): Promise<Changed> {
    await judgedByState(id, context, () => begin(id, request, context), forbiddenIn);
    return accepted;
  }

  /** Sends a change of a resource, whose request tells why it failed if it does. */
  async function begin(id: string, request: ApiRequest<undefined>, context: CallContext): Promise<string> {
    const { requestId } = await client.exchange(request, context);
    reasons.remember(id, requestId);
    return requestId;
  }

  /** What a refusal is judged by. Where it cannot be read for now, the reason is not known: then all is tried again. */
  async function readAfter<T>(error: PolyvolError, request: ApiRequest<T>, context: CallContext): Promise<T> {
    return await unchanged(send(request, context)).catch((failure: unknown) => {
      const isTold = isPolyvolError(failure) && (failure.code === "not_found" || failure.retryable);
      throw isTold ? failure : error;
    });
  }

  const volumeAfter = async (id: string, error: PolyvolError, context: CallContext): Promise<WireVolume> =>
    (await readAfter(error, api.getVolume(id), context)).volume;

  /** A refusal of a create that may be for the state of what it reads is judged by that. */
  async function judgedBySource(
    error: unknown,
    { snapshot_id: snapshotId, source_volid: volumeId }: ReturnType<typeof toCreateVolumeBody>,
    context: CallContext,
  ): Promise<unknown> {
    if (!isAmbiguous(error)) return error;
    if (snapshotId !== undefined) {
      const { status } = (await readAfter(error, api.getSnapshot(snapshotId), context)).snapshot;
      return unusableSource(error, status, status === "available");
    }
    if (volumeId === undefined) return error;
    const { status } = await volumeAfter(volumeId, error, context);
    return unusableSource(error, status, status === "available" || status === "in-use");
  }

  /** Attachments are Nova's where there is one: what it does not know of, no server has. */
  async function changeOnServer(
    id: string,
    request: HttpRequest<undefined>,
    context: CallContext,
    forbiddenIn?: readonly VolumeState[],
  ): Promise<Changed> {
    await judgedByState(id, context, () => client.sendToCompute(request, context), forbiddenIn);
    return {};
  }

  const driver: BlockStorageDriver = {
    provider: PROVIDER,
    version: VERSION,
    capabilities: capabilitiesWith(quotas),
    paging: { style: "marker", maxPageSize: MOST_ON_A_PAGE },
    polling: { initialDelayMs: 500, maxDelayMs: 5_000 },
    settleMs,
    ...omitUndefined({ defaultRegion }),

    checkHealth: async (context) => {
      await send(api.listVolumes({ size: 1 }, {}), context);
      const version = await client.version(context);
      const { region, projectId, projectName = projectId } = await client.logIn(context);
      const place = { region: region || undefined, project: projectName };
      return omitUndefined({ apiVersion: version, ...place, serverTime: client.serverTime });
    },

    createVolume: async (input, context) => {
      const region = await regionOf(context);
      if (input.region !== undefined && input.region !== region) {
        throw refusedArgument(
          `region: found ${show(input.region)}, allowed: ${region}, the one of this storage`,
        );
      }
      const body = toCreateVolumeBody(input);
      return await readers.during([body.snapshot_id, body.source_volid], async () => {
        const answered = client.exchange(api.createVolume(body), context);
        const { data, requestId } = await answered.catch(async (error: unknown) => {
          throw await judgedBySource(error, body, context);
        });
        reasons.remember(data.volume.id, requestId);
        return { resource: toVolume(data.volume, region), settled: false };
      });
    },
    getVolume: async (id, context) => {
      const { volume } = await send(api.getVolume(id), context);
      return toVolume(volume, await regionOf(context));
    },
    listVolumes: async (query, page, context) => {
      const region = await regionOf(context);
      // A storage is of one region, and has no volume elsewhere.
      if (query.region !== undefined && query.region !== region) return { items: [] };
      const answer = await send(api.listVolumes(page, { name: query.name }), context);
      // While a volume is migrated, administrators alone are shown a second one with its name and all its metadata.
      const shown = answer.volumes.filter((wire) => !wire.migration_status?.startsWith("target:"));
      const volumes = shown.map((wire) => toVolume(wire, region));
      return toPage(volumes, answer.volumes_links);
    },
    deleteVolume: async (id, context) => {
      await unchanged(readers.refuseWhileRead("source_volid", id, context));
      try {
        await begin(id, api.deleteVolume(id), context);
        return {};
      } catch (error) {
        if (!isAmbiguous(error)) throw error;
        const wire = await volumeAfter(id, error, context).catch((failure: unknown) => {
          throw isPolyvolError(failure, "not_found") ? notFoundAfter(error) : failure;
        });
        if (wire.status === "deleting") return {};
        const page = api.listSnapshots({ size: MOST_ON_A_PAGE }, { volumeId: id });
        const { snapshots } = await unchanged(send(page, context));
        throw undeletableVolume(
          error,
          wire,
          snapshots.filter((each) => isSameId(each.volume_id, id)),
        );
      }
    },
    resizeVolume: async (id, sizeGiB, context) => {
      const version = await unchanged(client.version(context));
      const inUse = "growing a volume in use";
      if (!hasFeature(version, inUse)) {
        const { volume } = await unchanged(send(api.getVolume(id), context));
        if (volume.status === "in-use") requireFeature(version, inUse);
      }
      const extend = () => begin(id, api.extendVolume(id, sizeGiB), context);
      return { pending: growth(id, sizeGiB, await judgedByState(id, context, extend)) };
    },
    attachVolume: async (id, serverId, context) =>
      (await unchanged(client.logIn(context))).compute === undefined
        ? await change(id, api.attachVolume(id, serverId, MOUNTPOINT), context, ENDED, ["in_use"])
        : await changeOnServer(id, attachToServer(serverId, id), context, ["in_use"]),
    detachVolume: async (id, serverId, context) => {
      if ((await unchanged(client.logIn(context))).compute !== undefined)
        return await changeOnServer(id, detachFromServer(serverId, id), context);
      // A volume that is attached nowhere is "detached" with success, and without an id any attachment may be meant.
      const { volume } = await unchanged(send(api.getVolume(id), context));
      const attachment = volume.attachments.find((each) =>
        isSameId(each.server_id || each.host_name, serverId),
      );
      if (attachment?.attachment_id) {
        return await change(id, api.detachVolume(id, attachment.attachment_id), context, ENDED);
      }
      throw refused("not_found", `the volume is not attached to ${show(serverId)}`);
    },
    // Refused at rest it is for its snapshots, or because it has grown since.
    revertVolume: (id, snapshotId, context) =>
      change(id, api.revertVolume(id, snapshotId), context, {}, ["available", "in_use"]),
    renameVolume: async (id, name, context) => {
      await send(api.updateVolume(id, { name }), context);
      return ENDED;
    },

    createSnapshot: async (input, context) => {
      const version = await unchanged(client.version(context));
      const needsForce = !hasFeature(version, "snapshots of volumes in use without force");
      // Known before: a login that failed after the answer would say of a snapshot that was made that it was not.
      const region = await regionOf(context);
      const request = api.createSnapshot(toCreateSnapshotBody(input, needsForce));
      const create = () => client.exchange(request, context);
      const { data, requestId } = await judgedByState(input.volumeId, context, create);
      reasons.remember(data.snapshot.id, requestId);
      return { resource: toSnapshot(data.snapshot, region), settled: false };
    },
    getSnapshot: async (id, context) => {
      const { snapshot } = await send(api.getSnapshot(id), context);
      return toSnapshot(snapshot, await regionOf(context));
    },
    listSnapshots: async (query, page, context) => {
      const region = await regionOf(context);
      const answer = await send(api.listSnapshots(page, query), context);
      const snapshots = answer.snapshots.map((wire) => toSnapshot(wire, region));
      return toPage(snapshots, answer.snapshots_links);
    },
    deleteSnapshot: async (id, context) => {
      await unchanged(readers.refuseWhileRead("snapshot_id", id, context));
      try {
        await begin(id, api.deleteSnapshot(id), context);
        return {};
      } catch (error) {
        if (!isAmbiguous(error)) throw error;
        const { snapshot } = await unchanged(send(api.getSnapshot(id), context)).catch((failure: unknown) => {
          throw isPolyvolError(failure, "not_found") ? notFoundAfter(error) : failure;
        });
        if (snapshot.status === "deleting") return {};
        throw undeletableSnapshot(error, snapshot);
      }
    },
    updateSnapshot: async (id, { name, description }, context) => {
      await send(
        api.updateSnapshot(id, omitUndefined({ name, description: checkDescription(description) })),
        context,
      );
      return ENDED;
    },
    attemptIdOf,
    isBlocked: ({ providerState }) => waitsForPerson(providerState),
    whyUndeletable,
    isOfType,
    unlikeOptions,
    deviceHints,
    serverIdentity,
    whyFailed: (_kind, id, context) => reasons.of(id, context),
    checkPending: (pending, context) => checkGrowth(client, pending, context),
  };
  return Object.defineProperty(driver, CONNECTION, { value: client });
}
