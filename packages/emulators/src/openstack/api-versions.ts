import type { ServiceRequest } from "../kit/service.ts";
import { badRequest, MALFORMED, refusal, tooOld } from "./responses.ts";

/** The minor number of a microversion: 40 of 3.40. */
export type Minor = number;

/** The microversion of a request: what `OpenStack-API-Version` asks for, 3.0 without it. Throws what the service answers. */
export function versionOf(request: ServiceRequest, newest: string): Minor {
  const entries = entriesOf(request);
  const wanted = wantedOf(entries);
  if (wanted === undefined) {
    if (entries.length > 1 || entries[0] === "") return 0;
    throw badRequest(MALFORMED);
  }
  if (wanted === "latest") return minorOf(newest);
  const [, major, minor] = /^(\d+)\.(0|[1-9]\d*)$/.exec(wanted) ?? [];
  if (major === undefined || minor === undefined)
    throw badRequest(
      `API Version String ${wanted} is of invalid format. Must be of format MajorNum.MinorNum.`,
    );
  if (major !== "3" || Number(minor) > minorOf(newest))
    throw refusal(
      406,
      `Version ${wanted} is not supported by the API. Minimum is 3.0 and maximum is ${newest}.`,
    );
  return Number(minor);
}

/** The version that an answer says it is in; none where what was asked for could not be read. */
export function shownVersion(request: ServiceRequest, newest: string): string | undefined {
  const wanted = wantedOf(entriesOf(request)) ?? "3.0";
  if (wanted === "latest") return newest;
  return /^(?:3|4)\.(?:0|[1-9]\d*)$/.test(wanted) ? wanted : undefined;
}

/** The header's entries, one for each service. */
function entriesOf({ headers }: ServiceRequest): readonly string[] {
  return (headers.get("openstack-api-version") ?? "").split(",").map((entry) => entry.trim());
}

/** What the entry of block storage asks for, in its own spelling; `undefined` where there is none. */
function wantedOf(entries: readonly string[]): string | undefined {
  return entries.find((entry) => /^volume\s/.test(entry))?.replace(/^volume\s+/, "");
}

function minorOf(version: string): Minor {
  return Number(version.slice(2));
}

/** Throws what an older API says where a newer one is needed. */
export function needs(version: Minor, since: Minor): void {
  if (version < since) throw tooOld();
}

/** The list of versions, as the root of the service shows it. */
export function versionList(base: string, newest: string): unknown {
  return {
    versions: [
      {
        id: "v3.0",
        status: "CURRENT",
        version: newest,
        min_version: "3.0",
        updated: "2022-08-31T00:00:00Z",
        links: [
          { rel: "describedby", type: "text/html", href: "https://docs.openstack.org/" },
          { rel: "self", href: `${base}/v3/` },
        ],
        "media-types": [
          { base: "application/json", type: "application/vnd.openstack.volume+json;version=3" },
        ],
      },
    ],
  };
}
