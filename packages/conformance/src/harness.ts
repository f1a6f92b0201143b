import type { BlockStorageOptions } from "@polyvol/core";
import type { BlockStorageDriver, VirtualClock } from "@polyvol/core/driver";

/**
 * One provider for one test: a driver over a fresh, empty account, and the means to look at that account and to make
 * it fail. What a harness has no say in is which tests apply: the driver's capabilities decide that.
 */
export interface Harness {
  /** The driver to be judged. */
  readonly driver: BlockStorageDriver;
  /**
   * The clock of the driver and of the provider behind it. The kit lets it run by itself, and no test waits in real
   * time. What this asks of the service:
   *
   * - It reads `clock.now()` and sets no timers: work is over once its end has passed, and creation times are of it.
   * - A `Date` header, where it sends one, is of this clock, too: a health check compares them (case 5).
   * - Work that goes on after the answer takes longer than the driver's `polling.initialDelayMs`; otherwise it is over
   *   at the first look, and there is no wait to be aborted (case 67).
   */
  readonly clock: VirtualClock;
  /** Further settings of the storage that the kit puts on the driver, where the driver's own factory has any. */
  readonly options?: BlockStorageOptions | undefined;
  /** Ids to ask for. */
  readonly ids: HarnessIds;
  /** A driver over the same account whose credentials are wrong. */
  badCredentials(): BlockStorageDriver;
  /** Another driver over the same account, sharing nothing else with the first: a second process. */
  secondProcess(): BlockStorageDriver;
  /** A driver over the same account whose credentials are not shown tags. Left out where there are none such. */
  withoutTags?(): BlockStorageDriver;
  /** Makes requests fail. */
  readonly faults: HarnessFaults;
  /**
   * What has reached the provider so far, from all drivers. Each answer should carry an id of its request, and the
   * driver report it: case 69 asks for it in the error about an answer that cannot be read.
   */
  requests(): HarnessRequests;
  /** The last request to create a volume that reached the provider. */
  lastVolumeCreate(): { readonly sourceSnapshotId?: string | undefined } | undefined;
  /** What the provider really holds now, looked at without a request being counted. */
  holds(): Holdings | Promise<Holdings>;
  /** Ends servers and the like. */
  dispose?(): void | Promise<void>;
}

/** Makes the harness of one test. */
export type MakeHarness = () => Harness | Promise<Harness>;

/** Ids in the provider's own format. */
export interface HarnessIds {
  /** Well-formed, and never of a volume. */
  readonly missingVolume: string;
  /** Well-formed, and never of a snapshot. */
  readonly missingSnapshot: string;
  /**
   * Well-formed, and never of a server. Left out where the provider of volumes knows no servers, and so takes any id
   * for that of one.
   */
  readonly missingServer?: string | undefined;
  /** Ids that the provider never gives out, such as with a slash, a dot or a space. At least one. */
  readonly malformed: readonly string[];
  /** Regions that the driver can create in: the default first. At least one; two where there are two. */
  readonly regions: readonly string[];
  /** Servers in the first region, at least two. Empty where nothing can be attached. */
  readonly servers: readonly string[];
}

/** How many requests have reached the provider. */
export interface HarnessRequests {
  /** All requests. */
  readonly total: number;
  /** Those that ask for a change (over HTTP: all but GET and HEAD). */
  readonly changes: number;
}

/** A resource that the provider holds. */
export interface HeldResource {
  /** The provider's id. */
  readonly id: string;
  /** Its name. */
  readonly name: string;
  /** Whether it can be used now: not being made, not failed, not being deleted. */
  readonly ready: boolean;
}

/** What the provider holds. */
export interface Holdings {
  /** All volumes, failed ones too. */
  readonly volumes: readonly HeldResource[];
  /** All snapshots, failed ones too. */
  readonly snapshots: readonly HeldResource[];
}

/** The faults of one account. */
export interface HarnessFaults {
  /** Adds a fault. Faults strike in the order in which they were added. */
  inject(fault: HarnessFault): void;
  /** Takes back all faults, whether they have struck or not. */
  clear(): void;
  /**
   * How many faults have struck no request at all since they were injected and not taken back. A fault whose method or
   * path fits no request makes a test pass that has tested nothing; by this the kit notices. `fail_later` need not be
   * counted: the kit sees that it struck.
   */
  waiting?(): number;
  /**
   * Changes that the provider refuses in words of its own while the resource is busy, so that `busy` can strike them.
   * Left out: there are none such, and case 72 is skipped.
   */
  readonly busy?: readonly BusyTarget[] | undefined;
}

/** Which requests a fault strikes: those that carry out this step of an operation, from any driver. */
export type FaultTarget =
  | "volumes.create"
  | "volumes.get"
  | "volumes.list"
  | "volumes.resize"
  | "volumes.attach"
  | "volumes.delete"
  | "snapshots.create"
  | "snapshots.get"
  | "snapshots.list"
  | "snapshots.delete";

/** Steps that a busy resource can refuse. */
export type BusyTarget = Extract<
  FaultTarget,
  "volumes.resize" | "volumes.delete" | "snapshots.create" | "snapshots.delete"
>;

/**
 * What happens to a request that is struck.
 *
 * - `lose_answer`: it is carried out, and the connection is cut before the answer.
 * - `cut`: the connection is cut, and it is not carried out.
 * - `unavailable_before`, `unavailable_after`: answered with 503, not carried out; or carried out all the same.
 * - `too_many`: refused as one request too many (429) with `Retry-After: 10`, not carried out.
 * - `quota_full`: refused as the provider does when the account may hold no more.
 * - `busy`: refused as the provider does while something else goes on with the resource, not carried out. The same request
 *   is accepted once that has ended. Asked for with a step of {@link HarnessFaults.busy} only.
 * - `fail_later`: accepted, and the work itself fails in the end.
 * - `extra_field`: the answer has a field that nobody knows.
 * - `missing_field`: the answer (each item of a list) lacks a field that it must have.
 * - `odd_state`: the answer (each item of a list) has the state word {@link ODD_STATE}.
 * - `stranger`: answered with 404 by something in between, in other words than the service's own, and not carried out.
 * - `another`: the answer is about another resource: the other id of {@link ANOTHER} of a read; of a create, which is
 *   carried out, its other id and name.
 * - `small_pages`: a listing gives at most two items whatever is asked for, as if two were its largest page; what it
 *   says of more to come is true.
 * - `empty_page`: the answer to a listing has no items; all else in it (a total, a link, a token) is as it was.
 */
export type FaultEffect =
  | "lose_answer"
  | "cut"
  | "unavailable_before"
  | "unavailable_after"
  | "too_many"
  | "quota_full"
  | "busy"
  | "fail_later"
  | "extra_field"
  | "missing_field"
  | "odd_state"
  | "stranger"
  | "another"
  | "small_pages"
  | "empty_page";

/** One fault: which request it strikes, and what happens to it. */
export interface HarnessFault {
  /** The step that it strikes. */
  readonly on: FaultTarget;
  /** What happens. */
  readonly effect: FaultEffect;
  /** How many requests it strikes. Default 1. */
  readonly count?: number;
}

/** How long a request that was struck by `too_many` has to wait at least before it is sent again, in milliseconds. */
export const TOO_MANY_PAUSE_MS: number = 10_000;

/** What an answer is about that is struck by `another`. The id is one that no resource of the account has. */
export const ANOTHER: {
  /** An id in the form of all three kinds of provider. */
  readonly id: string;
  /** A name that every provider takes. */
  readonly name: string;
} = {
  id: "0a0b0c0d-0000-4000-8000-00000000beef",
  name: "kit-another",
};

/** A state that no provider has a word for. */
export const ODD_STATE: string = "contemplating";
