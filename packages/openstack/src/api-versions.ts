import { refused } from "@polyvol/core/driver";
import type { WireVersion } from "./wire.ts";

/** A microversion of the API. */
export type OpenStackApiVersion = `3.${number}`;

/** The newest microversion that this adapter knows: of the release Zed. Newer servers are spoken to in this one. */
export const NEWEST: OpenStackApiVersion = "3.70";
/** What a request without a version is answered in, and every server has. */
export const OLDEST: OpenStackApiVersion = "3.0";

/** What this adapter uses and not every server has, with the microversion that brought it. All else is in 3.0. */
const FEATURES = {
  "the reasons of failures (messages)": "3.5",
  "going back to a snapshot (revert)": "3.40",
  "growing a volume in use": "3.42",
  "snapshots of volumes in use without force": "3.66",
} as const satisfies Readonly<Record<string, OpenStackApiVersion>>;

export type Feature = keyof typeof FEATURES;

export function hasFeature(version: OpenStackApiVersion, feature: Feature): boolean {
  return minorOf(version) >= minorOf(FEATURES[feature]);
}

/** @throws PolyvolError `unsupported` naming the version that has it, where `version` lacks the feature */
export function requireFeature(version: OpenStackApiVersion, feature: Feature): void {
  if (hasFeature(version, feature)) return;
  throw refused(
    "unsupported",
    `API version ${version} lacks ${feature}; ${FEATURES[feature]} and later have it`,
  );
}

/**
 * The version to speak: the newest that both sides know.
 * @throws PolyvolError `unsupported` where they have none in common
 */
export function choose(listed: readonly WireVersion[]): {
  readonly version: OpenStackApiVersion;
  readonly offered: string;
} {
  const own = listed.find(({ version }) => /^3\.\d+$/.test(version ?? ""));
  const most = own?.version;
  if (!isVersion(most)) {
    const ids = listed.map(({ id }) => id).join(", ") || "none";
    throw refused(
      "unsupported",
      `the service has no version 3 of the API with microversions; it lists ${ids}`,
    );
  }
  const least = isVersion(own?.min_version) ? own.min_version : OLDEST;
  const offered = `${least} to ${most}`;
  if (minorOf(least) > minorOf(NEWEST)) {
    throw refused(
      "unsupported",
      `no API version in common: the service offers ${offered}, this adapter knows up to ${NEWEST}`,
    );
  }
  return { version: minorOf(most) < minorOf(NEWEST) ? most : NEWEST, offered };
}

/** What can be sent: the service fails with 500 or a riddle for other forms. */
export const VERSION_PATTERN: RegExp = /^3\.(?:0|[1-9]\d{0,3})$/;

function isVersion(text: unknown): text is OpenStackApiVersion {
  return typeof text === "string" && VERSION_PATTERN.test(text);
}

function minorOf(version: OpenStackApiVersion): number {
  return Number(version.slice(2));
}
