import { isPolyvolError } from "@polyvol/core";
import { type CallContext, refused } from "@polyvol/core/driver";
import type { HttpClient, HttpRequest } from "@polyvol/core/http";
import type { Session } from "./auth.ts";
import { refuseInTheClear } from "./catalogue.ts";
import { refineFailure } from "./failure.ts";
import type { Settings } from "./options.ts";
import { API_VERSION, createServiceClient, idSegment } from "./service-client.ts";

/**
 * In an older one Nova attaches no volume that several servers can have, be it the first of them (2.60, of the release
 * Queens), and none of a server that is shelved (2.20).
 */
const VERSION = "compute 2.60";

/** Speaks to the service that manages servers (Nova). */
export function createComputeClient(settings: Settings) {
  const { authUrl, quotas } = settings;
  let used: { readonly url: string; readonly http: HttpClient } | undefined;

  /** The client of that address: another one where the catalogue has another address now. */
  function clientOf(url: string): HttpClient {
    if (used?.url !== url) {
      refuseInTheClear("servers", url, authUrl);
      used = { url, http: createServiceClient(settings, { baseUrl: url, quotas, refineFailure }) };
    }
    return used.http;
  }

  return {
    /** @throws PolyvolError `unsupported` where the catalogue has no address of it for the region and interface */
    async send(
      { compute, region, token }: Session,
      request: HttpRequest<undefined>,
      context: CallContext,
    ): Promise<void> {
      const url = compute?.url?.replace(/\/+$/, "");
      if (url === undefined) {
        const where = `${region === "" ? "" : `the region ${region} and `}the interface ${settings.interface}`;
        const reason = `servers are managed by Nova here, and the catalogue has no one address of it for ${where}; use openstack server add volume`;
        throw refused("unsupported", reason);
      }
      const http = clientOf(url);
      const own = { "X-Auth-Token": token };
      try {
        await http.send({ ...request, headers: { ...own, [API_VERSION]: VERSION } }, context);
      } catch (error) {
        // An older cloud does nothing in a version that it lacks. Without one it answers in its oldest.
        if (!isPolyvolError(error) || error.status !== 406) throw error;
        await http.send({ ...request, headers: own }, context);
      }
    },
  };
}

/** The volumes of one server. */
function attachmentsOf(serverId: string): string {
  return `/servers/${idSegment(serverId)}/os-volume_attachments`;
}

export const attachToServer = (serverId: string, volumeId: string): HttpRequest<undefined> => ({
  method: "POST",
  path: attachmentsOf(serverId),
  body: { volumeAttachment: { volumeId } },
});
export const detachFromServer = (serverId: string, volumeId: string): HttpRequest<undefined> => ({
  method: "DELETE",
  path: `${attachmentsOf(serverId)}/${idSegment(volumeId)}`,
});
