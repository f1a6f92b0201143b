import { isPolyvolError } from "@polyvol/core";
import {
  answeredFor,
  type BlockStorageDriver,
  type CallContext,
  type Changed,
  omitUndefined,
  type PageRequest,
  refusedArgument,
  reinterpretError,
} from "@polyvol/core/driver";
import { createHttpClient, type HttpClient, type HttpRequest } from "@polyvol/core/http";
import * as api from "./api.ts";
import { bearer } from "./auth.ts";
import { capabilitiesWith } from "./capabilities.ts";
import { refineFailure } from "./failure.ts";
import { isVolumeId, requireNumber, requireVolumeId, requireVolumeSnapshotId } from "./ids.ts";
import {
  asMade,
  toCreateSnapshotBody,
  toCreateVolumeBody,
  toPage,
  toSnapshot,
  toSnapshotPage,
  toVolume,
} from "./mapping.ts";
import type { Settings } from "./options.ts";
import { toActionRef, toChanged, toPendingStatus } from "./pending.ts";
import { readQuota } from "./quota.ts";
import { deviceHints, serverIdentity } from "./server-side.ts";
import { PROVIDER, VERSION } from "./version.ts";
import type { VolumeActionBody } from "./wire.ts";

/** Where a driver keeps its connection for the provider-specific functions. Shared by copies of this package. */
export const CONNECTION: unique symbol = Symbol.for("polyvol.digitalocean.connection") as never;

/** Volumes whose own list of snapshots was gone for the first page, which further pages do not ask for again. */
const MOST_REMEMBERED = 1000;

function at({ number = 1, size }: PageRequest): api.Page {
  return { page: number, per_page: size };
}

function connect({ own: { token, baseUrl }, http, quotas }: Settings): HttpClient {
  return createHttpClient({
    ...http,
    baseUrl,
    provider: PROVIDER,
    authorize: bearer(token),
    credentialsMayChange: typeof token !== "string",
    // What headers say of the quotas is taken over by those alone that have not set them.
    account: [token, quotas === undefined ? "documented quotas" : "own quotas"],
    quotas: capabilitiesWith(quotas).limits.requestQuotas,
    readQuota: (headers, now, status) => readQuota(headers, now, status, quotas !== undefined),
    refineFailure,
  });
}

export function createDriver(settings: Settings): BlockStorageDriver {
  const { quotas, snapshotsPerVolume } = settings;
  const { region: defaultRegion } = settings.own;
  const http = connect(settings);
  const goneVolumes = new Set<string>();

  async function send<T>(request: HttpRequest<T>, context: CallContext): Promise<T> {
    return (await http.send(request, context)).data;
  }

  async function act(id: string, body: VolumeActionBody, context: CallContext): Promise<Changed> {
    const { action } = await send(api.actOnVolume(requireVolumeId(id), body), context);
    return toChanged(action, id);
  }

  const driver: BlockStorageDriver = {
    provider: PROVIDER,
    version: VERSION,
    capabilities: capabilitiesWith(quotas),
    // Sizes of 150 to 200 let neighbouring pages overlap and yet be nearly all new.
    paging: { style: "numbered", minPageSize: 150, maxPageSize: 200 },
    polling: { initialDelayMs: 1_000, maxDelayMs: 10_000 },
    settleMs: 0,
    deletion: "immediate",
    ...omitUndefined({ defaultRegion }),

    // Not /v2/account: that needs the scope `account:read`, which a token made for volumes does not have.
    checkHealth: async (context) => {
      await send(api.listVolumes({ per_page: 1 }), context);
      const { serverTime, requestsLeft } = http;
      return omitUndefined({ apiVersion: "v2", serverTime, requestsLeft });
    },

    canSeeTags: async (context) => {
      try {
        await send(api.listTags({ per_page: 1 }), context);
        return true;
      } catch (error) {
        if (isPolyvolError(error, "permission_denied")) return false;
        throw error;
      }
    },

    createVolume: async (input, context) => {
      const { region = defaultRegion, sourceSnapshotId } = input;
      if (sourceSnapshotId !== undefined) requireVolumeSnapshotId(sourceSnapshotId);
      else if (region === undefined)
        throw refusedArgument("region: found nothing; name one, or set a default region");
      const { volume } = await send(api.createVolume(toCreateVolumeBody(input, region)), context);
      return { resource: toVolume(asMade(volume)), settled: true };
    },
    getVolume: async (id, context) =>
      toVolume((await send(api.getVolume(requireVolumeId(id)), context)).volume),
    listVolumes: async ({ name, region }, page, context) => {
      const answer = await send(api.listVolumes({ name, region, ...at(page) }), context);
      return toPage(answer.volumes.map(toVolume), answer);
    },
    deleteVolume: async (id, context) => {
      await send(api.deleteVolume(requireVolumeId(id)), context);
      return { settled: true };
    },
    resizeVolume: (id, sizeGiB, context) => act(id, { type: "resize", size_gigabytes: sizeGiB }, context),
    attachVolume: async (id, serverId, context) =>
      act(id, { type: "attach", droplet_id: requireNumber("Droplet", serverId) }, context),
    detachVolume: async (id, serverId, context) =>
      act(id, { type: "detach", droplet_id: requireNumber("Droplet", serverId) }, context),

    createSnapshot: async (input, context) => {
      const request = api.createSnapshot(requireVolumeId(input.volumeId), toCreateSnapshotBody(input));
      try {
        const { snapshot } = await send(request, context);
        return { resource: toSnapshot(asMade(snapshot), input.volumeId), settled: true };
      } catch (error) {
        throw await explainRefusal(error, input.volumeId, context);
      }
    },
    getSnapshot: async (id, context) =>
      toSnapshot((await send(api.getVolumeSnapshot(requireVolumeSnapshotId(id)), context)).snapshot),
    listSnapshots: async ({ volumeId }, page, context) => {
      const query = at(page);
      if (volumeId !== undefined && !isVolumeId(volumeId)) return { items: [], total: 0 };
      // A listing begins with what is there now: the service may not have known a volume for a moment.
      if (volumeId !== undefined && (query.page === 1 || !goneVolumes.has(volumeId))) {
        try {
          const answer = await send(api.listVolumeSnapshots(volumeId, query), context);
          goneVolumes.delete(volumeId);
          const snapshots = answer.snapshots.map((wire) => toSnapshot(wire, volumeId));
          return toPage(snapshots, answer);
        } catch (error) {
          if (!isPolyvolError(error, "not_found")) throw error;
          if (goneVolumes.size >= MOST_REMEMBERED) goneVolumes.clear();
          goneVolumes.add(volumeId);
        }
      }
      // For a volume that is gone, those of all volumes: snapshots outlive it, and core picks out its own.
      const answer = await send(api.listSnapshots({ resource_type: "volume", ...query }), context);
      return toSnapshotPage(answer, page.size);
    },
    deleteSnapshot: async (id, context) => {
      await send(api.deleteVolumeSnapshot(requireVolumeSnapshotId(id)), context);
      return { settled: true };
    },

    deviceHints,
    serverIdentity,
    checkPending: async (pending, context) => {
      const ref = toActionRef(pending);
      try {
        const { action } = await send(api.getVolumeAction(ref.volumeId, ref.actionId), context);
        return toPendingStatus(answeredFor(ref.actionId, action));
      } catch (error) {
        if (isPolyvolError(error, "not_found")) return { state: "absent" };
        throw error;
      }
    },
  };

  /** How the service words its limit of snapshots per volume is not published: a refusal it may be makes us count. */
  async function explainRefusal(error: unknown, volumeId: string, context: CallContext): Promise<unknown> {
    if (!isPolyvolError(error) || error.mayAlreadyExist || error.code === "resource_exhausted") return error;
    // A quota that says when it is over: counting would wait for that, and the next attempt once more.
    const overQuota = error.status === 429 && (error.retryAfterMs !== undefined || http.requestsLeft === 0);
    if (overQuota || ![403, 422, 429].includes(error.status ?? 0)) return error;
    const counted = send(api.listVolumeSnapshots(volumeId, { per_page: 1 }), context);
    const total = (await counted.catch(() => undefined))?.meta?.total ?? 0;
    if (total < snapshotsPerVolume) return error;
    const reason = `the volume has ${total} snapshots, allowed: ${snapshotsPerVolume}`;
    return reinterpretError(error, "resource_exhausted", reason, { retryable: false });
  }

  return Object.defineProperty(driver, CONNECTION, { value: http });
}
