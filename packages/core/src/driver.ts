/**
 * The seam between core and a provider: the one file that the author of an adapter reads first.
 *
 * A driver method builds a request, calls, maps the answer, and throws a `PolyvolError` on failure. It does not
 * loop, sleep, retry, validate caller input, or wait: core does all of that, once, for every driver.
 *
 * @module @polyvol/core/driver
 */
import type { Capabilities } from "./capabilities.ts";
import type {
  DriverCreateSnapshot,
  DriverCreateVolume,
  DriverSnapshotQuery,
  DriverUpdateSnapshot,
  DriverVolumeQuery,
} from "./driver-inputs.ts";
import type { DriverEvent } from "./events.ts";
import type { ProviderOptions } from "./options.ts";
import type { DriverPage, PageRequest, Paging } from "./paging.ts";
import type { DeviceHints, ServerIdentitySource } from "./server-side.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Volume } from "./volume.ts";

export {
  type AdapterOptions,
  type AdapterSettings,
  createAdapterOptions,
  secretOption,
} from "./adapter-options.ts";
export { answeredFor, comparableId, isSameId } from "./answered.ts";
export { singleFlight } from "./call/single-flight.ts";
export { type Clock, monotonicTime, startTimer, systemClock } from "./clock.ts";
export { isDateTime, parseDateTime, parseTimestamp } from "./date-time.ts";
export type * from "./driver-inputs.ts";
export { refused, refusedArgument, reinterpretError, unchanged } from "./errors.ts";
export type { DriverEvent } from "./events.ts";
export { tell } from "./events.ts";
export { type HttpOptions, httpOptions } from "./http/options.ts";
export { checkTimeout } from "./input.ts";
export { AmbiguousJson, parseJsonText } from "./json-text.ts";
export { type Suggestion, suggestion } from "./nearest.ts";
export { type Defined, omitUndefined } from "./omit-undefined.ts";
export {
  allowedAt,
  type CheckedOf,
  type DefaultedOption,
  type FilledOf,
  type FittingValue,
  type Option,
  type Options,
  option,
  parseValues,
  type RequiredOption,
  type Rule,
  type Rules,
  rule,
  type UnfitValue,
  type ValueProblem,
  type ValueSchema,
  type ValuesOf,
  valueProblems,
} from "./option.ts";
export type { DriverPage, PageRequest, Paging } from "./paging.ts";
export { environmentVariables, hmacSha256, type Variables } from "./platform.ts";
export { providerDetails, withProviderDetails } from "./provider-details.ts";
export { type FileBounds, readTextFile, UnfitFile, unfitKind } from "./read-file.ts";
export { resolveHeaderSecret, resolveSecret, type SecretSource } from "./secret.ts";
export type { DeviceHints, ServerIdentity, ServerIdentitySource } from "./server-side.ts";
export { storageOptions } from "./storage-options.ts";
export { HOLD_KEY, rightToSee } from "./tags.ts";
export { createVirtualClock, type VirtualClock } from "./virtual-clock.ts";
export { fitName, fitWords, listWords, show } from "./words.ts";

/** What core hands to each driver call. */
export interface CallContext {
  /** The public call, such as `volumes.create`. */
  readonly operation: string;
  /** Aborts at the caller's wish and at the call's deadline. Hand it to the transport. */
  readonly abortSignal: AbortSignal;
  /** How long the call may still take, in milliseconds. Never wait for longer. */
  readonly remainingMs: () => number;
  /** Reports to the user's `onEvent`. */
  readonly emit: (event: DriverEvent) => void;
  /**
   * For the HTTP client: to be called when a good answer has arrived whole, before it is read, and what it returns to
   * be waited for. A listing sends its next request here, so that the provider works on it meanwhile.
   */
  readonly onAnswer?: () => Promise<void> | undefined;
}

/** A change that ends later and is followed by a record of its own (an action, a job). Plain data, storable. */
export interface Pending {
  /** What kind of record; only the driver reads it. */
  readonly kind: string;
  /** Enough for the driver to find the record again in another process. */
  readonly token: string;
}

/**
 * What a record says now. `failed` ends the wait at once. `absent`: there is no such record, which may not show yet;
 * core believes it after a minute.
 */
export type PendingStatus =
  | { readonly state: "absent" }
  | { readonly state: "running"; readonly seen?: string; readonly retryAfterMs?: number }
  | { readonly state: "succeeded" }
  | { readonly state: "failed"; readonly reason: string };

/** The answer to a create. */
export interface Started<T> {
  /** The resource as the answer shows it. */
  readonly resource: T;
  /**
   * `true`: the answer itself proves that `resource` is as it says (DigitalOcean's 201).
   * `false`: the work goes on and core looks at the resource until it has settled (Samsung's 202).
   */
  readonly settled: boolean;
  /** The record of work that goes on. It wins over `settled`: where both are given, core follows the record. */
  readonly pending?: Pending;
}

/** The answer to any other change. With neither field, core looks at the resource until it is as asked. */
export interface Changed {
  /** The record of work that goes on. */
  readonly pending?: Pending;
  /**
   * The answer itself proves that the change is complete: core does not wait. It still reads the resource once where
   * the call returns it.
   */
  readonly settled?: boolean;
}

/** What a health check found. */
export interface DriverHealth {
  /** The API version in use. */
  readonly apiVersion: string;
  /** The region that is spoken to, where the provider's own answer says it. */
  readonly region?: string;
  /** The project or account that the credentials are for, where the provider's own answer says it. */
  readonly project?: string;
  /** The provider's time, from its own answer. */
  readonly serverTime?: Date;
  /** Requests left in the provider's longest quota window, where it says. */
  readonly requestsLeft?: number;
}

/**
 * What an adapter implements. Every method does one thing and sends as few requests as that takes.
 *
 * Errors: throw a `PolyvolError`. Core's HTTP client gives the right code for most statuses; the driver refines
 * from the body. What core needs to be told truly:
 *
 * | condition | code | `outcome` | `retryable` | `mayAlreadyExist` |
 * |---|---|---|---|---|
 * | refused before anything happened (4xx) | by meaning | `not_applied` | false | |
 * | quota of requests | `rate_limited` | `not_applied` | true, with `retryAfterMs` | |
 * | connection refused, DNS, TLS | `unavailable` | `not_applied` | true | |
 * | 404, 409, 410 in other words than the service's own | `unavailable` | `unknown` | true | |
 * | connection lost, 5xx, unreadable answer, timeout of one attempt | `unavailable`, `timeout` or `malformed_response` | `unknown` | true | |
 * | the name is taken | `already_exists` | `not_applied` | false | true |
 * | too soon, but the resource may be there already | `rate_limited` | `not_applied` | false | true |
 * | the resource is busy and will not stay so | `conflict` | `not_applied` | true | |
 * | the service fails for a while for a reason that passes (an early delete) | `conflict` | `not_applied` | true | |
 */
export interface BlockStorageDriver {
  /** Lower-case provider name, such as `digitalocean`; it is on every resource, error and event. */
  readonly provider: string;
  /** Version of the adapter package. */
  readonly version: string;
  /** What the provider can do, and its limits. */
  readonly capabilities: Capabilities;
  /** How its listings are cut. */
  readonly paging: Paging;
  /** How its listings of snapshots are cut, where they differ. */
  readonly snapshotPaging?: Paging;
  /** Pause before the first look at something pending, and the longest pause between looks, in milliseconds. */
  readonly polling: {
    /** Before the first look. */
    readonly initialDelayMs: number;
    /** At most between two looks. */
    readonly maxDelayMs: number;
  };
  /**
   * Where names are not enforced: within how many milliseconds after a request its effect is visible in listings, of the
   * service as it usually is. While changes are answered slowly (`response` events tell), core waits longer.
   * It concerns only the kind (volumes, snapshots) whose names are not enforced; 0 where those of both are.
   */
  readonly settleMs: number;
  /** Region used when a create names none. */
  readonly defaultRegion?: string;
  /**
   * `immediate`: deletes are complete when answered, and the provider itself refuses to delete an attached volume.
   * `eventual` (default): core lets a resource settle and reads its state before it deletes, and waits for 404 after.
   */
  readonly deletion?: "immediate" | "eventual";

  /** One cheap authenticated request. */
  checkHealth(context: CallContext): Promise<DriverHealth>;
  /**
   * One cheap request that tells whether these credentials are shown tags. For providers that answer as if there were
   * none where the right is missing: see `limits.tags.readScope`.
   */
  canSeeTags?(context: CallContext): Promise<boolean>;

  /** Sends the request to create a volume. */
  createVolume(input: DriverCreateVolume, context: CallContext): Promise<Started<Volume>>;
  /** Absent: `not_found`. */
  getVolume(id: string, context: CallContext): Promise<Volume>;
  /** Reads one page of the volumes. */
  listVolumes(query: DriverVolumeQuery, page: PageRequest, context: CallContext): Promise<DriverPage<Volume>>;
  /** Deletes the volume. Absent: `not_found`. Never takes snapshots along: core has dealt with them before. */
  deleteVolume(id: string, context: CallContext): Promise<Changed>;
  /** With `volumes.resize`. Core has checked that the size is larger. */
  resizeVolume?(id: string, sizeGiB: number, context: CallContext): Promise<Changed>;
  /** With `volumes.attach`. */
  attachVolume?(id: string, serverId: string, context: CallContext): Promise<Changed>;
  /** With `volumes.attach`. */
  detachVolume?(id: string, serverId: string, context: CallContext): Promise<Changed>;
  /** With `volumes.revert`. */
  revertVolume?(id: string, snapshotId: string, context: CallContext): Promise<Changed>;
  /** With `volumes.rename`. */
  renameVolume?(id: string, name: string, context: CallContext): Promise<Changed>;

  /** Sends the request to create a snapshot. */
  createSnapshot(input: DriverCreateSnapshot, context: CallContext): Promise<Started<Snapshot>>;
  /** Absent: `not_found`. */
  getSnapshot(id: string, context: CallContext): Promise<Snapshot>;
  /** Reads one page of the snapshots. */
  listSnapshots(
    query: DriverSnapshotQuery,
    page: PageRequest,
    context: CallContext,
  ): Promise<DriverPage<Snapshot>>;
  /** Absent: `not_found`. */
  deleteSnapshot(id: string, context: CallContext): Promise<Changed>;
  /** With `snapshots.update`. */
  updateSnapshot?(id: string, changes: DriverUpdateSnapshot, context: CallContext): Promise<Changed>;

  /** The mark given as {@link DriverCreateVolume.attemptId}, where the provider keeps it and shows it again. */
  attemptIdOf?(resource: Volume | Snapshot): string | undefined;
  /**
   * Whether the volume is in a state that waits for a person, not for time (a transfer to be accepted, maintenance).
   * Core then sends no change: what is as wanted already is returned, all else is `failed_precondition` at once.
   * Absent: there are no such states.
   */
  isBlocked?(volume: Volume): boolean;
  /**
   * Why the provider deletes this resource for nobody until it was mended, as a clause ("it is in the state …"). Core then
   * deletes no snapshot on behalf of its volume, which could not go. `undefined`, or absent: nothing stands against it.
   */
  whyUndeletable?(resource: Volume | Snapshot): string | undefined;
  /**
   * Whether the volume is of the type that a create asks for, where a type has more words than the one that volumes show
   * (an id beside its name). Absent: a type is what `volumeType` says, to the letter.
   */
  isOfType?(volume: Volume, volumeType: string): boolean;
  /**
   * What a volume of the name is not that the create asks for by its `providerOptions`, as the end of "a volume of this name
   * exists, but". Absent, or `undefined`: nothing that would show.
   */
  unlikeOptions?(existing: Volume, options: ProviderOptions | undefined): string | undefined;
  /**
   * Why the latest change of a resource failed, in the provider's words, where it says that elsewhere than in the
   * resource. Asked once, when a wait has ended in failure. `undefined`: nothing more is known.
   */
  whyFailed?(kind: "volume" | "snapshot", id: string, context: CallContext): Promise<string | undefined>;
  /** How a server shows this volume, where the provider documents it. A pure function. Absent: nothing is documented. */
  deviceHints?(volume: Volume): DeviceHints;
  /** How a server learns which one it is. Absent: it has to be told. */
  readonly serverIdentity?: ServerIdentitySource;
  /** Looks once, never waits. Needed when any answer carries `pending`. */
  checkPending?(pending: Pending, context: CallContext): Promise<PendingStatus>;
}
