import * as z from "zod";
import { strictObject } from "../kit/validation.ts";

/** `major.minor`, as in the request header. */
export const versionId = z.string().regex(/^\d{1,4}\.\d{1,4}$/, "must be major.minor, for example 1.3");
const date = z.string().regex(/^(\d{4}-\d{2}-\d{2})?$/, "must be YYYY-MM-DD or empty");

/** A version of the service, as an option gives it. */
export const apiVersion = strictObject({
  /** `major.minor`, for example `1.3`. */
  id: versionId,
  /**
   * The status in the list; `DEPRECATED` also covers a version that is past its date. Default: worked out from the
   * dates and the emulator's clock.
   */
  status: z.enum(["CURRENT", "SUPPORTED", "DEPRECATED", "PLANNED"]).optional(),
  /** `YYYY-MM-DD`: not withdrawn before this day. Default: empty, no date is set. */
  notBefore: date.default(""),
  /** `YYYY-MM-DD`: the day from which it can be called; before it, it is `PLANNED`. Default: always. */
  releasedOn: date.default(""),
});

type ApiVersion = z.output<typeof apiVersion>;
type VersionStatus = NonNullable<ApiVersion["status"]>;

/** The table of the reference pages as of 2026, after 1.3 came out. */
export const documentedVersions: readonly ApiVersion[] = [
  { id: "1.3", status: "CURRENT", notBefore: "", releasedOn: "" },
  { id: "1.2", status: "SUPPORTED", notBefore: "2026-08-31", releasedOn: "" },
  { id: "1.1", status: "DEPRECATED", notBefore: "2026-05-31", releasedOn: "" },
  { id: "1.0", status: "DEPRECATED", notBefore: "2025-12-31", releasedOn: "" },
];

/**
 * The same versions with statuses that follow the clock. The end dates are documented; the first days are those on
 * which the vendor's own Terraform provider was first seen using the version, so they are late rather than early.
 */
export const calendarVersions: readonly ApiVersion[] = [
  { id: "1.3", releasedOn: "2026-05-20", notBefore: "" },
  { id: "1.2", releasedOn: "2026-03-19", notBefore: "2026-08-31" },
  { id: "1.1", releasedOn: "2025-10-01", notBefore: "2026-05-31" },
  { id: "1.0", releasedOn: "", notBefore: "2025-12-31" },
];

/** Which keys a body has: `0` for 1.0 and 1.1, `1` for 1.2 and 1.3, `2` for 1.4 and later. */
export type Shape = 0 | 1 | 2;

/** The version that a request is answered in. */
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

/** The versions that the emulated service offers, judged by its clock. */
export interface VersionTable {
  /** Newest first. */
  list(now: number): readonly ListedVersion[];
  /**
   * The version that a request is answered in: the one of the header, or the current one without a header.
   * Undefined when it is malformed, of another product, not offered, only planned, or refused as expired.
   */
  resolve(header: string | undefined, now: number): ResolvedVersion | undefined;
}

const DAY_MS = 86_400_000;
/** A version counts as deprecated when fewer days than this are left. */
const DEPRECATED_DAYS = 90;

/** Makes a table. `refuseExpired`: a version that is not `CURRENT` cannot be called from its date on. */
export function createVersionTable(given: readonly ApiVersion[], refuseExpired: boolean): VersionTable {
  const versions = given.toSorted((a, b) => rankOf(b.id) - rankOf(a.id));

  function list(now: number): readonly ListedVersion[] {
    const current = versions.find(
      ({ status, releasedOn }) => status === undefined && isReached(releasedOn, now),
    );
    return versions.map((version) => ({
      id: version.id,
      status: version.status ?? statusOn(version, now, version === current),
      notBefore: version.notBefore,
    }));
  }

  return {
    list,
    resolve(header, now) {
      const isExpired = ({ status, notBefore }: ListedVersion): boolean =>
        status !== "CURRENT" && notBefore !== "" && isReached(notBefore, now);
      const callable = list(now).filter(
        (version) => version.status !== "PLANNED" && !(refuseExpired && isExpired(version)),
      );
      const asked = /^virtualserver (\d{1,4}\.\d{1,4})$/.exec(header ?? "")?.[1];
      const version =
        header === undefined
          ? (callable.find(({ status }) => status === "CURRENT") ?? callable[0])
          : callable.find(({ id }) => id === asked);
      if (version === undefined) return undefined;
      const rank = rankOf(version.id);
      return { id: version.id, rank, shape: rank < 1002 ? 0 : rank < 1004 ? 1 : 2 };
    },
  };
}

/** Orders versions: `1.2` is 1002. */
function rankOf(id: string): number {
  const [major, minor] = id.split(".").map(Number);
  return (major ?? 0) * 1000 + (minor ?? 0);
}

function statusOn({ releasedOn, notBefore }: ApiVersion, now: number, isCurrent: boolean): VersionStatus {
  if (!isReached(releasedOn, now)) return "PLANNED";
  if (isCurrent) return "CURRENT";
  return notBefore !== "" && Date.parse(notBefore) - now < DEPRECATED_DAYS * DAY_MS
    ? "DEPRECATED"
    : "SUPPORTED";
}

/** Days begin at midnight UTC; the service's own zone is not documented. No date is always reached. */
function isReached(date: string, now: number): boolean {
  return date === "" || now >= Date.parse(date);
}
