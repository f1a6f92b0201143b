import {
  type Clock,
  isPolyvolError,
  PolyvolError,
  type PolyvolErrorDetails,
  type VersionEvent,
} from "@polyvol/core";
import { type CallContext, listWords, monotonicTime, refused, singleFlight } from "@polyvol/core/driver";
import type { HttpClient, HttpRequest } from "@polyvol/core/http";
import { versionsAnswer, type WireVersion } from "./wire.ts";

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
function requireFeature(version: SamsungScpApiVersion, feature: Feature): void {
  const since = FEATURES[feature];
  if (KNOWN_VERSIONS.indexOf(version) <= KNOWN_VERSIONS.indexOf(since)) return;
  const reason = `API version ${version} lacks ${feature}; ${since} and later have it`;
  throw refused("unsupported", reason);
}

/** A request, and what decides over the version that it is sent with. */
export interface VersionedRequest<T> extends HttpRequest<T> {
  /** Versions are accepted or refused by operation. */
  readonly operation: string;
  /** What the version must have. */
  readonly feature?: Feature | undefined;
}

/** Sends every request with its API version: without one the service would answer in its newest. */
export type VersionedClient = ReturnType<typeof createVersionedClient>;

/** What decides over the version, as the options of the adapter have it. */
interface VersionOptions {
  readonly apiVersion: "negotiate" | SamsungScpApiVersion;
  readonly versionWarningDays: number;
  readonly clock: Clock;
}

interface Settings extends VersionOptions {
  readonly monotonicNow: () => number;
}

/** What came of reading the service's list. */
interface Negotiated {
  /** Versions that both sides know and that are open today, newest first: the first is used. */
  readonly usable: readonly SamsungScpApiVersion[];
  /** All that the service listed, for messages. */
  readonly offered: string;
  /** Whether it has to be read again. */
  readonly isStale: () => boolean;
}

const DAY_MS = 86_400_000;
/** A list that could not be read, or had nothing of use, is read again after so long. */
const READ_AGAIN_MS = 60_000;
const NEVER = Number.POSITIVE_INFINITY;

export function createVersionedClient(http: HttpClient, options: VersionOptions) {
  const { apiVersion } = options;
  const settings = { ...options, monotonicNow: monotonicTime(options.clock) };
  let negotiated: Negotiated | undefined;
  /** Operations that lag behind the service's newest version. */
  const lagging = new Map<string, SamsungScpApiVersion>();

  const read = singleFlight((context: CallContext) => readList(http, settings, context));

  /** What was negotiated after `before`. Calls that come meanwhile share one request. */
  async function negotiate(before: Negotiated | undefined, context: CallContext): Promise<Negotiated> {
    if (negotiated === undefined || negotiated === before) negotiated = await read(context);
    return negotiated;
  }

  /** The version in use, negotiated first where that has not been done. */
  async function version(context: CallContext): Promise<SamsungScpApiVersion> {
    if (apiVersion !== "negotiate") return apiVersion;
    const known = negotiated?.isStale() === false ? negotiated : await negotiate(negotiated, context);
    const { usable, offered } = known;
    if (usable[0] !== undefined) return usable[0];
    const ours = KNOWN_VERSIONS.join(", ");
    throw unsupported(`no API version in common: the service offers ${offered}, this adapter knows ${ours}`);
  }

  async function send<T>(request: VersionedRequest<T>, context: CallContext): Promise<T> {
    const { operation, feature, ...rest } = request;
    const refused: SamsungScpApiVersion[] = [];
    let use = lagging.get(operation) ?? (await version(context));
    const before = negotiated;
    for (;;) {
      if (feature !== undefined) requireFeature(use, feature);
      try {
        const headers = { "Scp-Api-Version": `virtualserver ${use}` };
        const { data } = await http.send({ ...rest, headers }, context);
        if (refused.length > 0) lagging.set(operation, use);
        return data;
      } catch (error) {
        if (!isPolyvolError(error) || error.status !== 406) throw error;
        refused.push(use);
        const said = `${operation} does not accept API version ${refused.join(", ")}`;
        if (apiVersion !== "negotiate") throw unsupported(`${said}; "negotiate" may find another`, error);
        const { usable, offered } = await negotiate(before, context);
        const next = usable.find((each) => !refused.includes(each));
        if (next === undefined) throw unsupported(`${said}; the service offers ${offered}`, error);
        use = next;
        emit(context, use, "chosen", `${said}; ${use} is tried`);
      }
    }
  }

  return { send, version };
}

/** Reads the list, unsigned, and chooses. Fails only when the call itself is over. */
async function readList(http: HttpClient, settings: Settings, context: CallContext): Promise<Negotiated> {
  try {
    const request = { method: "GET", path: "/", authorized: false, response: versionsAnswer } as const;
    return choose((await http.send(request, context)).data.versions, settings, context);
  } catch (error) {
    if (context.abortSignal.aborted) throw error;
    const [newest] = KNOWN_VERSIONS;
    const unread = "the service's list of API versions could not be read";
    emit(context, newest, "fallback", `${unread}; ${newest}, the newest known, is used`);
    return { usable: KNOWN_VERSIONS, offered: unread, isStale: soon(settings) };
  }
}

function choose(list: readonly WireVersion[], settings: Settings, context: CallContext): Negotiated {
  const now = settings.clock.now();
  const open = KNOWN_VERSIONS.flatMap((version) => {
    const listed = list.find(({ id }) => id.replace(/^v/, "") === version);
    const isDeprecated = listed?.status === "DEPRECATED";
    const end = endOf(listed);
    // Planned versions cannot be called yet, deprecated ones no more once their day has come.
    const isOpen = listed !== undefined && listed.status !== "PLANNED" && !(isDeprecated && now >= end);
    return isOpen ? [{ version, isDeprecated, end }] : [];
  });
  const offered = listWords(list.map(({ id, status }) => `${id} ${status ?? ""}`.trim())) || "none";
  const usable = open.map(({ version }) => version);
  const [best] = open;
  if (best === undefined) return { usable, offered, isStale: soon(settings) };
  const { version, isDeprecated, end } = best;
  emit(context, version, "chosen", `API version ${version} is used; the service offers ${offered}`);
  const days = Math.floor((end - now) / DAY_MS);
  if (isDeprecated || days < settings.versionWarningDays) {
    const when =
      end === NEVER ? "any day" : `on ${new Date(end).toISOString().slice(0, 10)}, in ${days} days`;
    emit(context, version, "deprecated", `API version ${version} may end ${when}; no newer one is in common`);
  }
  return { usable, offered, isStale: () => now < end && settings.clock.now() >= end };
}

function soon({ monotonicNow }: Settings): Negotiated["isStale"] {
  const readAt = monotonicNow();
  return () => monotonicNow() - readAt >= READ_AGAIN_MS;
}

/** The day before which a version is not withdrawn: `2026-08-31`, on the reference pages `20260831`, or none. */
function endOf(listed: WireVersion | undefined): number {
  const day = /^(\d{4})-?(\d\d)-?(\d\d)$/.exec(listed?.not_before ?? "");
  return day === null ? NEVER : Date.parse(day.slice(1).join("-")) || NEVER;
}

function emit(to: CallContext, apiVersion: string, result: VersionEvent["result"], message: string): void {
  to.emit({ type: "version", apiVersion, result, message });
}

function unsupported(reason: string, cause?: PolyvolError): PolyvolError {
  return new PolyvolError("unsupported", reason, {
    ...(cause as PolyvolErrorDetails),
    outcome: "not_applied",
  });
}
