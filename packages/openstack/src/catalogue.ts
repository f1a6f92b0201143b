import { fitWords, listWords, refused } from "@polyvol/core/driver";
import { isLoopback } from "@polyvol/core/http";
import type { WireService } from "./wire.ts";

/** Which of a project's endpoints is wanted. */
export interface Wanted {
  readonly region?: string | undefined;
  readonly interface: string;
}

/** Where block storage is. */
export interface BlockStorageEndpoint {
  readonly url: string;
  readonly region: string;
}

/** The types under which block storage of version 3 is listed: the present one first. */
const TYPES: readonly string[] = ["block-storage", "volumev3"];

/**
 * The endpoint of block storage in a catalogue; one of version 3 where others are beside it.
 * @throws PolyvolError `unsupported` where the project has no block storage, or none of version 3; `invalid_argument` for
 * a region or an interface that is not there, or a region that has to be named; `failed_precondition` for an address that
 * the token must not go to
 */
export function blockStorageOf(
  catalogue: readonly WireService[],
  wanted: Wanted,
  authUrl: string,
  projectId: string,
): BlockStorageEndpoint {
  const services = TYPES.flatMap((type) => catalogue.filter((each) => each.type === type));
  if (services.length === 0) {
    const types = listWords([...new Set(catalogue.map(({ type }) => type ?? ""))]) || "nothing";
    throw refused(
      "unsupported",
      `the project has no block storage (${TYPES.join(", ")}); its catalogue has ${types}`,
    );
  }
  const all = services
    .flatMap(({ endpoints }) => endpoints ?? [])
    .map((each) => ({
      url: each.url,
      interface: each.interface ?? "",
      region: each.region_id ?? each.region ?? "",
    }));
  const regions = [...new Set(all.map(({ region }) => region))];
  const region = wanted.region ?? (regions.length === 1 ? regions[0] : undefined);
  if (region === undefined || !regions.includes(region)) {
    const found = region === undefined ? "nothing" : JSON.stringify(fitWords(region, 80));
    throw refused("invalid_argument", `region: found ${found}, allowed: ${listWords(regions)}`);
  }
  const there = all.filter((each) => each.region === region);
  const fitting = there.filter((each) => each.interface === wanted.interface);
  const [older] = fitting;
  if (older === undefined) {
    const interfaces = listWords([...new Set(there.map((each) => each.interface))]);
    const reason = `interface: found ${JSON.stringify(wanted.interface)}, allowed in ${region}: ${interfaces}`;
    throw refused("invalid_argument", reason);
  }
  const endpoint = fitting.find(({ url }) => !isOlder(url, projectId));
  if (endpoint === undefined) {
    const found = `the catalogue lists block storage at ${fitWords(older.url, 200)}, which is older than version 3`;
    throw refused("unsupported", `${found}; is there another, give its address by the option baseUrl`);
  }
  refuseInTheClear("block storage", endpoint.url, authUrl);
  return { url: endpoint.url, region };
}

/** Of a version before 3, which Cinder no longer has: a catalogue may still list it, under the present type, too. */
export function isOlder(url: string, projectId: string): boolean {
  return /\/v[12]$/.test(withoutProject(url, projectId));
}

/** An address of block storage without the project's id at its end. */
export function withoutProject(url: string, projectId: string): string {
  const bare = url.replace(/\/+$/, "");
  return bare.endsWith(`/${projectId}`) ? bare.slice(0, -projectId.length - 1) : bare;
}

/** Where servers are managed (Nova). */
export interface ComputeEndpoint {
  /** Address of Nova; absent where the catalogue has it, and none for this region and interface. */
  readonly url?: string;
}

/** Nova in a catalogue; `undefined` where there is none, so that attachments are block storage's own. */
export function computeOf(catalogue: readonly WireService[], wanted: Wanted): ComputeEndpoint | undefined {
  const services = catalogue.filter(({ type }) => type === "compute");
  if (services.length === 0) return undefined;
  const fitting = services
    .flatMap(({ endpoints }) => endpoints ?? [])
    .filter(
      (each) =>
        each.interface === wanted.interface &&
        (wanted.region === undefined || (each.region_id ?? each.region) === wanted.region),
    );
  const [only, another] = fitting;
  return only === undefined || another !== undefined ? {} : { url: only.url };
}

/** Plain `http:` is for one's own machine alone: from anywhere else, the token would cross the network in the clear. */
export function refuseInTheClear(service: "block storage" | "servers", url: string, authUrl: string): void {
  const { protocol, hostname } = URL.parse(url) ?? {};
  if (protocol === "https:") return;
  const isOwn = isLoopback(hostname ?? "") && isLoopback(URL.parse(authUrl)?.hostname ?? "");
  if (protocol === "http:" && isOwn) return;
  const where =
    hostname === undefined ? "an address that cannot be read" : `${protocol}//${fitWords(hostname, 100)}`;
  const own = service === "servers" ? "" : ", or give one by the option baseUrl";
  const way = `have the cloud list an https address${own}`;
  throw refused(
    "failed_precondition",
    `the catalogue lists ${service} at ${where}, where no token is sent; ${way}`,
  );
}
