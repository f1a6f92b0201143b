import { PolyvolError } from "@polyvol/core";
import { type CallContext, refusedArgument, show } from "@polyvol/core/driver";
import { type HttpClient, type HttpRequest, pathSegment } from "@polyvol/core/http";
import type { Session } from "./auth.ts";
import { refuseInTheClear } from "./catalogue.ts";
import { refineFailure } from "./failure.ts";
import type { Settings } from "./options.ts";
import { createServiceClient } from "./service-client.ts";

/** Speaks to the service that manages servers (Nova), in the oldest version of its API, which every cloud has. */
export interface ComputeClient {
  /** @throws PolyvolError `unsupported` where the catalogue has no address of it for the region and interface */
  send(session: Session, request: HttpRequest<undefined>, context: CallContext): Promise<void>;
}

export function createComputeClient(settings: Settings): ComputeClient {
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
    async send({ compute, region, token }, request, context) {
      const url = compute?.url?.replace(/\/+$/, "");
      if (url === undefined) {
        const where = `${region === "" ? "" : `the region ${region} and `}the interface ${settings.interface}`;
        const reason = `servers are managed by Nova here, and the catalogue has no one address of it for ${where}; use openstack server add volume`;
        throw new PolyvolError("unsupported", reason, { outcome: "not_applied" });
      }
      await clientOf(url).send({ ...request, headers: { "X-Auth-Token": token } }, context);
    },
  };
}

/** The volumes of one server. */
function attachmentsOf(serverId: string): string {
  // An escaped slash is read as one, and would name another route.
  if (serverId.includes("/")) throw refusedArgument(`${show(serverId)} is not the id of a server`);
  return `/servers/${pathSegment(serverId)}/os-volume_attachments`;
}

export const attachToServer = (serverId: string, volumeId: string): HttpRequest<undefined> => ({
  method: "POST",
  path: attachmentsOf(serverId),
  body: { volumeAttachment: { volumeId } },
});
export const detachFromServer = (serverId: string, volumeId: string): HttpRequest<undefined> => ({
  method: "DELETE",
  path: `${attachmentsOf(serverId)}/${pathSegment(volumeId)}`,
});
