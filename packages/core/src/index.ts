/**
 * `@polyvol/core`: everything that code written against Polyvol needs.
 *
 * @module @polyvol/core
 */
export type { BlockStorage, Health, Snapshots, Volumes } from "./block-storage.ts";
export {
  CAPABILITIES,
  type Capabilities,
  type Capability,
  type Limit,
  type Limits,
  type NameRule,
  type NameUniqueness,
  type RequestCosts,
  type RequestQuota,
  type SizeRule,
  type TagRule,
} from "./capabilities.ts";
export type { Clock } from "./clock.ts";
export {
  type ChangeOutcome,
  isPolyvolError,
  PolyvolError,
  type PolyvolErrorCode,
  type PolyvolErrorDetails,
  type ResourceRef,
} from "./errors.ts";
export { eventText } from "./event-text.ts";
export type {
  EventListener,
  PolyvolEvent,
  RecoverEvent,
  RequestEvent,
  ResponseEvent,
  RetryEvent,
  ThrottleEvent,
  VersionEvent,
  WaitEvent,
} from "./events.ts";
export type { Listing, ListingPage } from "./list/listing.ts";
export { type EventLogger, type LogEventsOptions, logEvents } from "./log-events.ts";
export type { Operation, OperationKind, OperationRef, OperationStatus, ResourceOf } from "./operation.ts";
export { createBlockStorage } from "./operations/create-block-storage.ts";
export { isOperationRef } from "./operations/operation-ref.ts";
export type {
  CallOptions,
  CreateOptions,
  CreateSnapshotInput,
  CreateVolumeInput,
  DeleteVolumeOptions,
  HealthOptions,
  ListOptions,
  PageOptions,
  Progress,
  ProviderOptions,
  RequestTurn,
  SnapshotQuery,
  UpdateSnapshotInput,
  VolumeQuery,
  WaitOptions,
} from "./options.ts";
export {
  describePortability,
  type PortabilityNeeds,
  type PortabilityProblem,
  type PortabilityReport,
} from "./portability.ts";
export type { Snapshot, SnapshotState } from "./snapshot.ts";
export type { BlockStorageOptions, PollingOptions, RetryOptions } from "./storage-options.ts";
export { type BlockStorageWithout, type Supporting, supports } from "./supports.ts";
export { foldCapitals, hasTags, type Tagged, tagTexts } from "./tags.ts";
export type { Volume, VolumeAttachment, VolumeState } from "./volume.ts";
export { inUse } from "./volume.ts";
