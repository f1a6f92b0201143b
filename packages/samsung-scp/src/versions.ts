import { PolyvolError } from "@polyvol/core";

/** The versions of the `virtualserver` API that this adapter knows. */
export type SamsungScpApiVersion = "1.0" | "1.1" | "1.2" | "1.3";

/** Newest first. */
export const KNOWN_VERSIONS: readonly ["1.3", "1.2", "1.1", "1.0"] = ["1.3", "1.2", "1.1", "1.0"];

/** What this adapter uses and not every version has, with the version that brought it. All else is in 1.0. */
const FEATURES = {
  "maxIops and maxThroughput of a new volume": "1.2",
  "the performance (QoS) of a volume": "1.2",
} as const;

export type Feature = keyof typeof FEATURES;

/** @throws PolyvolError `unsupported` naming the version that has it, where `version` lacks the feature */
export function requireFeature(version: SamsungScpApiVersion, feature: Feature): void {
  const since = FEATURES[feature];
  if (KNOWN_VERSIONS.indexOf(version) <= KNOWN_VERSIONS.indexOf(since)) return;
  const reason = `API version ${version} lacks ${feature}; ${since} and later have it`;
  throw new PolyvolError("unsupported", reason, { outcome: "not_applied" });
}
