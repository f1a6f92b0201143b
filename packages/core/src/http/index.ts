/**
 * `@polyvol/core/http`: what an adapter over HTTP is built from.
 *
 * @module @polyvol/core/http
 */
export {
  absentIfOdd,
  cinderSnapshotState,
  cinderVolumeState,
  hasNextLink,
} from "./answers.ts";
export { createHttpClient } from "./client.ts";
export { saysQuota } from "./failure.ts";
export type {
  Authorize,
  FailedResponse,
  FailureRefinement,
  HttpClient,
  HttpClientOptions,
  HttpMethod,
  HttpRequest,
  HttpResponse,
  OutgoingRequest,
  QuotaReading,
  ResponseHeaders,
  ResponseParser,
} from "./types.ts";
export { isLoopback, noId, pathSegment } from "./url.ts";
