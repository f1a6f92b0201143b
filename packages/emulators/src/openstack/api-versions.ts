import type { ServiceRequest } from "../kit/service.ts";
import { badRequest, MALFORMED, refusal, tooOld } from "./responses.ts";

/** The minor number of a microversion: 40 of 3.40. */
export type Minor = number;

/** The microversion of a request: what `OpenStack-API-Version` asks for, 3.0 without it. Throws what the service answers. */
export function versionOf(request: ServiceRequest, newest: string): Minor {
  const entries = entriesOf(request);
  const wanted = wantedOf(entries, "volume");
  if (wanted !== undefined) return minorWanted(wanted, "3.0", newest);
  if (entries.length > 1 || entries[0] === "") return 0;
  throw badRequest(MALFORMED);
}

const OLDEST_OF_NOVA = "2.1";
/** That of the release Queens, in which volumes on several servers came; what is shown of volumes is the same in all before. */
const NEWEST_OF_NOVA = "2.60";

/** The microversion of a request to Nova, which has a header of its own, too; 2.1 without any. Throws what Nova answers. */
export function computeVersionOf(request: ServiceRequest): Minor {
  const own = request.headers.get("x-openstack-nova-api-version");
  const wanted = wantedOf(entriesOf(request), "compute") ?? own ?? OLDEST_OF_NOVA;
  return minorWanted(wanted, OLDEST_OF_NOVA, NEWEST_OF_NOVA);
}

/** Headers by which Nova says in which version it answers; none where what was asked for is none that it has. */
export function computeVersionHeaders(request: ServiceRequest): Readonly<Record<string, string>> {
  try {
    const version = `2.${computeVersionOf(request)}`;
    return {
      "openstack-api-version": `compute ${version}`,
      "x-openstack-nova-api-version": version,
      vary: "OpenStack-API-Version, X-OpenStack-Nova-API-Version",
    };
  } catch {
    return {};
  }
}

/** The version of Nova, as the address of the catalogue shows it. */
export function computeVersion(address: string): object {
  const version = { id: "v2.1", status: "CURRENT", version: NEWEST_OF_NOVA, min_version: OLDEST_OF_NOVA };
  return { version: { ...version, links: [{ rel: "self", href: `${address}/` }] } };
}

/** The minor number of the version that was asked for. Throws what the services answer where they do not have it. */
function minorWanted(wanted: string, oldest: string, newest: string): Minor {
  if (wanted === "latest") return minorOf(newest);
  const [, major, minor] = /^(\d+)\.(0|[1-9]\d*)$/.exec(wanted) ?? [];
  if (major === undefined || minor === undefined)
    throw badRequest(
      `API Version String ${wanted} is of invalid format. Must be of format MajorNum.MinorNum.`,
    );
  const isBetween = Number(minor) >= minorOf(oldest) && Number(minor) <= minorOf(newest);
  if (!newest.startsWith(`${major}.`) || !isBetween)
    throw refusal(
      406,
      `Version ${wanted} is not supported by the API. Minimum is ${oldest} and maximum is ${newest}.`,
    );
  return Number(minor);
}

/** The version that an answer says it is in; none where what was asked for could not be read. */
export function shownVersion(request: ServiceRequest, newest: string): string | undefined {
  const wanted = wantedOf(entriesOf(request), "volume") ?? "3.0";
  if (wanted === "latest") return newest;
  return /^(?:3|4)\.(?:0|[1-9]\d*)$/.test(wanted) ? wanted : undefined;
}

/** The header's entries, one for each service. */
function entriesOf({ headers }: ServiceRequest): readonly string[] {
  return (headers.get("openstack-api-version") ?? "").split(",").map((entry) => entry.trim());
}

/** What the entry of a service asks for, in its own spelling; `undefined` where there is none. */
function wantedOf(entries: readonly string[], service: "volume" | "compute"): string | undefined {
  const own = entries.find((entry) => entry.startsWith(service) && /^\s/.test(entry.slice(service.length)));
  return own?.slice(service.length).trimStart();
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
