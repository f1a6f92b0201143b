/** `@polyvol/core/http`: what an adapter over HTTP is built from. */
export { createHttpClient, type HttpClient, type HttpClientOptions } from "./http-client.ts";
export type {
  Authorize,
  FailedResponse,
  FailureRefinement,
  HttpMethod,
  HttpRequest,
  HttpResponse,
  OutgoingRequest,
  ResponseParser,
} from "./types.ts";
export { pathSegment } from "./url.ts";
