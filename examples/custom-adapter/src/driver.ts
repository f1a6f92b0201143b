import type { BlockStorageDriver, CallContext, Changed } from "@polyvol/core/driver";
import { createHttpClient, type HttpRequest } from "@polyvol/core/http";
import * as api from "./api.ts";
import { bearer } from "./auth.ts";
import { CAPABILITIES } from "./capabilities.ts";
import { refineFailure } from "./failure.ts";
import * as map from "./mapping.ts";
import { type AtticDriverOptions, atticOptions } from "./options.ts";

/** The answer itself proves that the change is complete. */
const DONE: Changed = { settled: true };

/**
 * The driver alone, for `createBlockStorage` and the conformance kit.
 * @throws PolyvolError `invalid_argument` for a wrong option, or without a token
 */
export function createAtticDriver(options: AtticDriverOptions): BlockStorageDriver {
  const { own, http: transport } = atticOptions.read(options);
  const { region: defaultRegion } = own;
  const http = createHttpClient({
    ...transport,
    baseUrl: own.baseUrl,
    provider: map.PROVIDER,
    authorize: bearer(own.token),
    account: [own.token],
    quotas: transport.quotas ?? CAPABILITIES.limits.requestQuotas,
    refineFailure,
    requestIdHeader: "attic-request",
  });

  async function send<T>(request: HttpRequest<T>, context: CallContext): Promise<T> {
    return (await http.send(request, context)).data;
  }

  return {
    provider: map.PROVIDER,
    version: "0.1.0",
    capabilities: CAPABILITIES,
    paging: { style: "cursor", maxPageSize: 50 },
    polling: { initialDelayMs: 500, maxDelayMs: 5_000 },
    // Attic shows a new snapshot in listings after half a second. Volumes are there at once, and their names enforced.
    settleMs: 1_000,
    ...(defaultRegion === undefined ? {} : { defaultRegion }),
    deletion: "immediate",
    attemptIdOf: map.attemptIdOf,

    checkHealth: async (context) => {
      const { attic } = await send(api.getAbout(), context);
      return { apiVersion: attic, ...(http.serverTime ? { serverTime: http.serverTime } : {}) };
    },

    // By answer: 201, and the volume in it is complete.
    createVolume: async (input, context) => {
      const wire = await send(api.createVolume(map.toCreateVolumeBody(input, defaultRegion)), context);
      return { resource: map.toVolume(wire), settled: true };
    },
    getVolume: async (id, context) => map.toVolume(await send(api.getVolume(id), context)),
    listVolumes: async ({ name, region }, { size, after }, context) => {
      const answer = await send(api.listVolumes({ name, room: region, size, cursor: after }), context);
      return map.toPage(answer.items.map(map.toVolume), answer.next);
    },
    deleteVolume: (id, context) => send(api.deleteVolume(id), context).then(() => DONE),
    // By state: 202, and core looks at the volume until it has the size.
    resizeVolume: async (id, sizeGiB, context) => {
      await send(api.growVolume(id, sizeGiB / map.BLOCK_GIB), context);
      return {};
    },

    // By record: 202, and the job says when the snapshot is complete.
    createSnapshot: async (input, context) => {
      const { snapshot, job } = await send(api.createSnapshot(map.toCreateSnapshotBody(input)), context);
      return { resource: map.toSnapshot(snapshot), settled: false, pending: { kind: "job", token: job } };
    },
    getSnapshot: async (id, context) => map.toSnapshot(await send(api.getSnapshot(id), context)),
    listSnapshots: async ({ volumeId }, { size, after }, context) => {
      const answer = await send(api.listSnapshots({ volume: volumeId, size, cursor: after }), context);
      return map.toPage(answer.items.map(map.toSnapshot), answer.next);
    },
    deleteSnapshot: (id, context) => send(api.deleteSnapshot(id), context).then(() => DONE),
    checkPending: async (pending, context) =>
      map.toPendingStatus(await send(api.getJob(pending.token), context)),
  };
}
