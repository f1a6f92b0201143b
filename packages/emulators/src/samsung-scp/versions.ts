/** What the service says of a version; `DEPRECATED` also covers one that is past its date. */
export type VersionStatus = "CURRENT" | "SUPPORTED" | "DEPRECATED" | "PLANNED";

/** A version of the service, as it lists it. */
export interface ApiVersion {
  /** `major.minor`, for example `1.3`. */
  readonly id: string;
  /** Listed as it stands. Left out: worked out from the dates and the emulator's clock. */
  readonly status?: VersionStatus | undefined;
  /** `YYYY-MM-DD`: not withdrawn before this day. Empty or left out: no date is set. */
  readonly notBefore?: string | undefined;
  /** `YYYY-MM-DD`: the day from which it can be called; before it, it is `PLANNED`. Default: always. */
  readonly releasedOn?: string | undefined;
}

/** The table of the reference pages as of 2026, after 1.3 came out. The default. */
export const documentedVersions: readonly ApiVersion[] = [
  { id: "1.3", status: "CURRENT" },
  { id: "1.2", status: "SUPPORTED", notBefore: "2026-08-31" },
  { id: "1.1", status: "DEPRECATED", notBefore: "2026-05-31" },
  { id: "1.0", status: "DEPRECATED", notBefore: "2025-12-31" },
];

/**
 * The same versions with statuses that follow the clock. The end dates are documented; the first days are
 * those on which the vendor's own Terraform provider was first seen using the version, so they are late
 * rather than early.
 */
export const calendarVersions: readonly ApiVersion[] = [
  { id: "1.3", releasedOn: "2026-05-20" },
  { id: "1.2", releasedOn: "2026-03-19", notBefore: "2026-08-31" },
  { id: "1.1", releasedOn: "2025-10-01", notBefore: "2026-05-31" },
  { id: "1.0", notBefore: "2025-12-31" },
];

/** Which keys a body has: `0` for 1.0 and 1.1, `1` for 1.2 and 1.3, `2` for 1.4 and later. */
export type Shape = 0 | 1 | 2;

export interface ResolvedVersion {
  readonly id: string;
  /** Orders versions: 1.2 is 1002. */
  readonly rank: number;
  readonly shape: Shape;
}

/** A version as listed on a given day. */
export interface ListedVersion {
  readonly id: string;
  readonly status: VersionStatus;
  readonly notBefore: string;
}

const DAY_MS = 86_400_000;
/** A version counts as deprecated when fewer days than this are left. */
const DEPRECATED_DAYS = 90;
const HEADER = /^virtualserver (\d{1,4}\.\d{1,4})$/;

/** Orders versions: `1.2` is 1002. NaN when it is not `major.minor`. */
function versionRank(id: string): number {
  const parts = /^(\d{1,4})\.(\d{1,4})$/.exec(id);
  return parts === null ? Number.NaN : Number(parts[1]) * 1000 + Number(parts[2]);
}

/** The versions that the emulated service offers, judged by its clock. */
export class VersionTable {
  readonly #versions: readonly ApiVersion[];
  readonly #refuseExpired: boolean;
  /** Answers to `resolve`, good for one day. */
  readonly #resolved = new Map<string, ResolvedVersion | undefined>();
  #day = Number.NaN;

  /** `refuseExpired`: a version that is not `CURRENT` cannot be called from its date on. */
  constructor(versions: readonly ApiVersion[], refuseExpired: boolean) {
    this.#versions = versions.toSorted((a, b) => versionRank(b.id) - versionRank(a.id));
    this.#refuseExpired = refuseExpired;
  }

  /** Newest first. */
  list(now: number): readonly ListedVersion[] {
    const current = this.#versions.find(
      ({ status, releasedOn }) => status === undefined && isReached(releasedOn, now),
    );
    return this.#versions.map((version) => ({
      id: version.id,
      status: version.status ?? statusOn(version, now, version === current),
      notBefore: version.notBefore ?? "",
    }));
  }

  /**
   * The version that a request is answered in: the one of the header, or the current one without a header.
   * Undefined when it is malformed, of another product, not offered, only planned, or refused as expired.
   */
  resolve(header: string | undefined, now: number): ResolvedVersion | undefined {
    const day = Math.floor(now / DAY_MS);
    if (day !== this.#day || this.#resolved.size > 100) {
      this.#resolved.clear();
      this.#day = day;
    }
    const key = header ?? "";
    if (this.#resolved.has(key)) return this.#resolved.get(key);
    const found = this.#resolve(header, now);
    this.#resolved.set(key, found);
    return found;
  }

  #resolve(header: string | undefined, now: number): ResolvedVersion | undefined {
    const callable = this.list(now).filter(
      ({ status, notBefore }) =>
        status !== "PLANNED" &&
        !(this.#refuseExpired && status !== "CURRENT" && notBefore !== "" && isReached(notBefore, now)),
    );
    const id = header === undefined ? undefined : HEADER.exec(header)?.[1];
    if (header !== undefined && id === undefined) return undefined;
    const version =
      id === undefined
        ? (callable.find(({ status }) => status === "CURRENT") ?? callable[0])
        : callable.find((one) => one.id === id);
    if (version === undefined) return undefined;
    const rank = versionRank(version.id);
    return { id: version.id, rank, shape: rank < 1002 ? 0 : rank < 1004 ? 1 : 2 };
  }
}

function statusOn(version: ApiVersion, now: number, current: boolean): VersionStatus {
  if (!isReached(version.releasedOn, now)) return "PLANNED";
  if (current) return "CURRENT";
  const { notBefore = "" } = version;
  return notBefore !== "" && Date.parse(notBefore) - now < DEPRECATED_DAYS * DAY_MS
    ? "DEPRECATED"
    : "SUPPORTED";
}

/** Days begin at midnight UTC; the service's own zone is not documented. */
function isReached(date: string | undefined, now: number): boolean {
  return date === undefined || date === "" || now >= Date.parse(date);
}
