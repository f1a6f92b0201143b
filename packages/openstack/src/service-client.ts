import {
  createHttpClient,
  type HttpClient,
  type HttpClientOptions,
  noId,
  pathSegment,
} from "@polyvol/core/http";
import type { Settings } from "./options.ts";
import { PROVIDER } from "./version.ts";

/** The header by which every service of a cloud says which request its answer is to. */
export const REQUEST_ID = "x-openstack-request-id";
/** The header by which a request names the microversion that it is in, and an answer its own. */
export const API_VERSION = "openstack-api-version";

type Own = Pick<HttpClientOptions, "baseUrl" | "refineFailure" | "quotas">;

/** Speaks to one service of the cloud. Requests bring their token with them, as a header. */
export function createServiceClient({ http }: Pick<Settings, "http">, own: Own): HttpClient {
  return createHttpClient({
    ...http,
    ...own,
    provider: PROVIDER,
    authorize: () => undefined,
    requestIdHeader: REQUEST_ID,
  });
}

/** The services read an escaped slash as one: such an id would name another route. */
export function idSegment(id: string): string {
  if (id.includes("/")) throw noId(id);
  return pathSegment(id);
}
