/** The name of something that some providers can do and others cannot; see {@link CAPABILITIES}. */
export type Capability =
  | "volumes.createFromSnapshot"
  | "volumes.resize"
  | "volumes.attach"
  | "volumes.multiAttach"
  | "volumes.revert"
  | "volumes.rename"
  | "volumes.description"
  | "volumes.tags"
  | "volumes.readTags"
  | "volumes.type"
  | "snapshots.outliveVolume"
  | "snapshots.update"
  | "snapshots.description"
  | "snapshots.tags";

/** With a key for each, which the compiler sees to. */
const MEANINGS: Readonly<Record<Capability, true>> = {
  /** A volume can be made from a snapshot. */
  "volumes.createFromSnapshot": true,
  /** A volume can grow. */
  "volumes.resize": true,
  /** A volume can be attached to a server and detached. */
  "volumes.attach": true,
  /** A volume can be attached to several servers at once. */
  "volumes.multiAttach": true,
  /** A detached volume can be set back to its latest snapshot. */
  "volumes.revert": true,
  /** A volume's name can change. */
  "volumes.rename": true,
  /** A volume takes a description at creation and returns it. */
  "volumes.description": true,
  /** A volume takes tags at creation. */
  "volumes.tags": true,
  /** A volume's tags are returned when it is read. */
  "volumes.readTags": true,
  /** A volume's type can be chosen at creation. */
  "volumes.type": true,
  /** Deleting a volume leaves its snapshots, and they can still be restored. */
  "snapshots.outliveVolume": true,
  /** A snapshot's name and description can change. */
  "snapshots.update": true,
  /** A snapshot takes a description and returns it. */
  "snapshots.description": true,
  /** A snapshot takes tags and returns them. */
  "snapshots.tags": true,
};

/**
 * What providers really differ in, as names. A driver lists those that hold for it; core refuses the rest with
 * `unsupported` before any request, and the conformance kit chooses its tests by them.
 */
export const CAPABILITIES: readonly Capability[] = Object.keys(MEANINGS) as Capability[];

/** A number that the provider documents, or the plain statement that none is known. */
export type Limit = number | "unknown";

/** What a name may look like. Checked before any request. */
export interface NameRule {
  /** Source of a regular expression (no flags) that the whole name must match. */
  readonly pattern: string;
  /**
   * The same of names that an earlier rule of the provider took and that may be there still: a create of such a name
   * takes over what has it, and is refused only when there is none.
   */
  readonly formerPattern?: string;
  /** Fewest characters, as Unicode code points. */
  readonly minLength: number;
  /** Most characters, as Unicode code points. */
  readonly maxLength: number;
  /** The rule in words, for error messages: "lower-case letters, digits and -, starting with a letter". */
  readonly inWords: string;
}

/** Which sizes a volume may have, in GiB. */
export interface SizeRule {
  /** Smallest size. */
  readonly minimumGiB: number;
  /** Largest size. */
  readonly maximumGiB: number;
  /** Sizes are whole multiples of this. */
  readonly stepGiB: number;
}

/** What a tag may look like. Checked before any request. */
export interface TagRule {
  /** Source of a regular expression (no flags) that each key must match. */
  readonly keyPattern: string;
  /** Source of a regular expression (no flags) that each value must match. */
  readonly valuePattern: string;
  /** Most characters of a key, as Unicode code points. */
  readonly maxKeyLength: number;
  /** Most characters of a value, as Unicode code points. */
  readonly maxValueLength: number;
  /** The rule in words, for error messages. */
  readonly inWords: string;
  /**
   * Whether two tags that differ by capitals alone are one, as on DigitalOcean, which shows a tag in the spelling of its
   * first use in the account. Everything that compares tags goes by it. Default false: capitals count.
   */
  readonly ignoresCase?: boolean;
  /**
   * The right that credentials need to be shown tags, in the provider's words, such as the scope `tag:read`. Without it
   * answers show resources as if they had none. Absent: whoever sees a resource sees its tags.
   */
  readonly readScope?: string;
}

/** So many requests in any span of so long, for one account. */
export interface RequestQuota {
  /** How many requests. */
  readonly requests: number;
  /** In how many milliseconds. */
  readonly windowMs: number;
}

/** A provider's documented limits, as data. */
export interface Limits {
  /** What the name of a volume may look like. */
  readonly volumeName: NameRule;
  /** What the name of a snapshot may look like. */
  readonly snapshotName: NameRule;
  /** Which sizes a volume may have. */
  readonly volumeSize: SizeRule;
  /** Longest description of a volume, in bytes of UTF-8. */
  readonly volumeDescriptionBytes: Limit;
  /** What tags may look like; absent where there are none. */
  readonly tags?: TagRule;
  /** Most snapshots of one volume. */
  readonly snapshotsPerVolume: Limit;
  /** Smallest time between two snapshots of one volume, in milliseconds; 0 where there is none. */
  readonly snapshotGapMs: Limit;
  /** Most volumes attached to one server. */
  readonly volumesPerServer: Limit;
  /** Empty where no quota is documented. */
  readonly requestQuotas: readonly RequestQuota[];
}

/** Whether a provider refuses a second resource of one name, and among which resources. */
export interface NameUniqueness {
  /** `true`: the provider itself refuses a duplicate. `false`: Polyvol looks before and after (https://github.com/polyvol/polyvol/blob/main/docs/semantics.md#volumescreate-snapshotscreate). */
  readonly enforced: boolean;
  /** What a name is unique within: volumes by region or account, snapshots by volume or account. */
  readonly scope: "region" | "volume" | "account";
}

/** What calls of a storage cost when nothing goes wrong, for estimates. */
export interface RequestCosts {
  /** Requests of one `snapshots.delete`. */
  readonly snapshotDeletion: number;
  /** Most volumes of one request of a listing. */
  readonly volumesPerRequest: number;
  /** Most snapshots of one request of a listing. */
  readonly snapshotsPerRequest: number;
}

/** Everything about a provider that changes what a caller can do, known without a request. */
export interface Capabilities {
  /** What the driver can do. What is not listed is refused with `unsupported` before any request. */
  readonly supports: readonly Capability[];
  /** Whether and within what the names of volumes are unique. */
  readonly volumeNames: NameUniqueness;
  /** Whether and within what the names of snapshots are unique. */
  readonly snapshotNames: NameUniqueness;
  /** The documented limits. */
  readonly limits: Limits;
  /** Set by core on the capabilities of a storage; drivers leave it out. */
  readonly requestCosts?: RequestCosts;
}
