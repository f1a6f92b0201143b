import {
  answeredFor,
  type BlockStorageDriver,
  omitUndefined,
  refusedArgument,
  show,
  unchanged,
} from "@polyvol/core/driver";
import { createHttpClient, type HttpClient } from "@polyvol/core/http";
import * as api from "./api.ts";
import { createVersionedClient } from "./api-versions.ts";
import { createRequestSigner } from "./auth.ts";
import { capabilitiesWith } from "./capabilities.ts";
import { createFailureRefinement } from "./failure.ts";
import {
  isBlocked,
  toCreateSnapshotBody,
  toCreateVolumeBody,
  toPage,
  toSnapshot,
  toVolume,
  whyUndeletable,
} from "./mapping.ts";
import type { Settings } from "./options.ts";
import { accepted, done, started } from "./pending.ts";
import { attemptIdOf } from "./tags.ts";
import { PROVIDER, VERSION } from "./version.ts";

/** Where a driver keeps its connection for the provider-specific functions. Shared by copies of this package. */
export const CONNECTION: unique symbol = Symbol.for("polyvol.samsungScp.connection") as never;

function connect({ own, http, baseUrl, quotas }: Settings): HttpClient {
  const { authorize, credentialsMayChange, redact } = createRequestSigner(own);
  return createHttpClient({
    ...http,
    baseUrl,
    provider: PROVIDER,
    authorize,
    credentialsMayChange,
    account: [own.accessKey, own.secretKey, own.sessionToken ?? ""],
    quotas,
    refineFailure: createFailureRefinement(redact),
    // When a signature is refused, a clock that is further off than this is set by the service's own.
    correctSkewAboveMs: 30_000,
  });
}

export function createDriver(settings: Settings): BlockStorageDriver {
  const { clock, quotas } = settings;
  const { region, settleMs } = settings.own;
  const http = connect(settings);
  const client = createVersionedClient(http, { ...settings.own, clock });
  const { send } = client;

  const driver: BlockStorageDriver = {
    provider: PROVIDER,
    version: VERSION,
    capabilities: capabilitiesWith(quotas),
    // Volumes take up to 1,000; for snapshots no bound is documented, and this is what clients are known to use.
    paging: { style: "marker", maxPageSize: 1_000 },
    snapshotPaging: { style: "marker", maxPageSize: 100 },
    polling: { initialDelayMs: 3_000, maxDelayMs: 15_000 },
    settleMs,
    defaultRegion: region,

    checkHealth: async (context) => {
      await send(api.listVolumes({ size: 1 }), context);
      return omitUndefined({ apiVersion: await client.version(context), serverTime: http.serverTime });
    },

    createVolume: async (input, context) => {
      if (input.region !== undefined && input.region !== region) {
        throw refusedArgument(
          `region: found ${show(input.region)}, allowed: ${region}, the one of this storage`,
        );
      }
      return started(toVolume(await send(api.createVolume(toCreateVolumeBody(input)), context), region));
    },
    getVolume: async (id, context) => toVolume(await send(api.getVolume(id), context), region),
    listVolumes: async (query, page, context) => {
      // A storage is of one region, and has no volume elsewhere.
      if (query.region !== undefined && query.region !== region) return { items: [] };
      const answer = await send(api.listVolumes(page, query.name), context);
      const volumes = answer.volumes.map((wire) => toVolume(wire, region));
      return toPage(volumes, answer, answer.volumes_links);
    },
    deleteVolume: (id, context) => accepted(send(api.deleteVolume(id), context)),
    resizeVolume: (id, sizeGiB, context) => accepted(send(api.extendVolume(id, sizeGiB), context)),
    attachVolume: (id, serverId, context) => accepted(send(api.attachVolume(id, serverId), context)),
    detachVolume: (id, serverId, context) => accepted(send(api.detachVolume(id, serverId), context)),
    revertVolume: (id, snapshotId, context) => accepted(send(api.revertVolume(id, snapshotId), context)),
    renameVolume: (id, name, context) => done(send(api.renameVolume(id, name), context)),

    createSnapshot: async (input, context) =>
      started(toSnapshot(await send(api.createSnapshot(toCreateSnapshotBody(input)), context), region)),
    getSnapshot: async (id, context) => toSnapshot(await send(api.getSnapshot(id), context), region),
    listSnapshots: async (query, page, context) => {
      const answer = await send(api.listSnapshots(page, query), context);
      const snapshots = answer.snapshots.map((wire) => toSnapshot(wire, region));
      return toPage(snapshots, answer, answer.snapshots_links);
    },
    deleteSnapshot: (id, context) => accepted(send(api.deleteSnapshot(id), context)),
    updateSnapshot: async (id, { name, description }, context) => {
      // The service wants a name in every update: where it is to stay, it has to be known.
      const kept = name ?? answeredFor(id, await unchanged(send(api.getSnapshot(id), context))).name ?? null;
      return done(send(api.updateSnapshot(id, kept, description), context));
    },
    attemptIdOf,
    isBlocked,
    whyUndeletable,
  };
  return Object.defineProperty(driver, CONNECTION, { value: client });
}
