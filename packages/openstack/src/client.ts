import { isPolyvolError, type VersionEvent } from "@polyvol/core";
import { type CallContext, monotonicTime, singleFlight, unchanged } from "@polyvol/core/driver";
import type { HttpClient, HttpRequest, HttpResponse } from "@polyvol/core/http";
import {
  choose,
  type Feature,
  NEWEST,
  OLDEST,
  type OpenStackApiVersion,
  requireFeature,
} from "./api-versions.ts";
import { createSessions, type Session } from "./auth.ts";
import { withoutProject } from "./catalogue.ts";
import { createComputeClient } from "./compute.ts";
import { refineFailure } from "./failure.ts";
import type { Settings } from "./options.ts";
import { API_VERSION, createServiceClient, REQUEST_ID } from "./service-client.ts";
import { versionsAnswer } from "./wire.ts";

/** A request within the project: its path begins after the project's id. */
export interface ApiRequest<T> extends HttpRequest<T> {
  /** What the server must have. */
  readonly feature?: Feature | undefined;
}

/** Speaks to block storage: with a token, in one microversion, within the project. */
export type Client = ReturnType<typeof createClient>;

/** After a list of versions that could not be read, it is read again in so long. */
const READ_AGAIN_MS = 60_000;

export function createClient(settings: Settings) {
  const { clock, quotas } = settings;
  const sessions = createSessions(settings);
  const monotonicNow = monotonicTime(clock);
  let service: ReturnType<typeof createService> | undefined;
  const compute = createComputeClient(settings);

  /** Block storage at one address. */
  function createService(root: string) {
    const http = createServiceClient(settings, { baseUrl: root, quotas, refineFailure });
    const exact = settings.apiVersion;
    let known: { readonly version: OpenStackApiVersion; readonly until: number } | undefined =
      exact === "negotiate" ? undefined : { version: exact, until: Infinity };
    let token = "";
    const negotiate = singleFlight(async (context: CallContext) => {
      const version = await readVersion(http, token, context);
      known = {
        version: version ?? OLDEST,
        until: version === undefined ? monotonicNow() + READ_AGAIN_MS : Infinity,
      };
      return known.version;
    });
    const version = (): OpenStackApiVersion | undefined =>
      known !== undefined && monotonicNow() < known.until ? known.version : undefined;
    return {
      root,
      http,
      /** The version to speak, where that is known. */
      known: version,
      /** The same; negotiates where it has to. */
      version: async (session: Session, context: CallContext): Promise<OpenStackApiVersion> => {
        token = session.token;
        return version() ?? (await negotiate(context));
      },
      /** The service has answered in the newest version. */
      learnNewest: (context: CallContext): void => {
        if (version() !== undefined) return;
        known = { version: NEWEST, until: Infinity };
        emitVersion(
          context,
          NEWEST,
          "chosen",
          `API version ${NEWEST} is used; the service has answered in it`,
        );
      },
    };
  }

  /** Block storage of the session: another one where the catalogue has another address now. */
  function serviceOf({ url, projectId }: Session) {
    const root = rootOf(url, projectId);
    if (service?.root !== root) service = createService(root);
    return service;
  }

  /** `task`, once more with a new session where the service does not take the token. */
  async function withSession<T>(context: CallContext, task: (session: Session) => Promise<T>): Promise<T> {
    const session = await sessions.get(context);
    try {
      return await task(session);
    } catch (error) {
      if (!isPolyvolError(error) || error.status !== 401) throw error;
    }
    return await task(await sessions.get(context, session));
  }

  function sendTo<T>(
    { feature, path, ...request }: ApiRequest<T>,
    context: CallContext,
  ): Promise<HttpResponse<T>> {
    return withSession(context, async (session) => {
      const service = serviceOf(session);
      const sendIn = (version: OpenStackApiVersion): Promise<HttpResponse<T>> => {
        const headers = { "X-Auth-Token": session.token, [API_VERSION]: `volume ${version}` };
        return service.http.send({ ...request, path: `/${session.projectId}${path}`, headers }, context);
      };
      // What every version has is read in the newest at once: the answer says whether the service knows it.
      if (service.known() === undefined && feature === undefined && request.method === "GET") {
        const answer = await sendIn(NEWEST).catch((error: unknown) => {
          if (isPolyvolError(error) && error.status === 406) return undefined;
          throw error;
        });
        if (answer?.headers.get(API_VERSION) === `volume ${NEWEST}`) service.learnNewest(context);
        if (answer !== undefined) return answer;
      }
      const version = await unchanged(service.version(session, context));
      if (feature !== undefined) requireFeature(version, feature);
      return await sendIn(version);
    });
  }

  return {
    /** Logs in, where that has not been done. */
    logIn: (context: CallContext): Promise<Session> => sessions.get(context),
    /** The microversion in use; logs in and negotiates, where that has not been done. */
    version: (context: CallContext): Promise<OpenStackApiVersion> =>
      withSession(context, (session) => serviceOf(session).version(session, context)),
    /** Sends one request; once more, with a new token, where the token is refused. */
    send: async <T>(request: ApiRequest<T>, context: CallContext): Promise<T> =>
      (await sendTo(request, context)).data,
    /** The same, with the id that the service gave the request. */
    exchange: async <T>(request: ApiRequest<T>, context: CallContext) => {
      const { data, headers } = await sendTo(request, context);
      return { data, requestId: headers.get(REQUEST_ID) ?? "" };
    },
    /**
     * Sends one request to the service that manages servers (Nova); its path begins at that service's own address.
     * @throws PolyvolError `unsupported` where the catalogue has no address of it for the region and interface
     */
    sendToCompute: (request: HttpRequest<undefined>, context: CallContext): Promise<void> =>
      withSession(context, (session) => compute.send(session, request, context)),
    /** The service's time by its own answers. */
    get serverTime(): Date | undefined {
      return service?.http.serverTime;
    },
  };
}

/** Up to the version, whether the address has a version and a project or not. */
function rootOf(url: string, projectId: string): string {
  const root = withoutProject(url, projectId);
  return root.endsWith("/v3") ? root : `${root}/v3`;
}

function emitVersion(
  context: CallContext,
  apiVersion: OpenStackApiVersion,
  result: VersionEvent["result"],
  message: string,
): void {
  context.emit({ type: "version", apiVersion, result, message });
}

/**
 * The version to speak, by the service's own list. `undefined`: something keeps the list from us.
 * @throws PolyvolError `unsupported` where no version is in common; whatever a service that does not answer leads to
 */
async function readVersion(
  http: HttpClient,
  token: string,
  context: CallContext,
): Promise<OpenStackApiVersion | undefined> {
  // With a token, that is 200; the same list at the root of the service is 300, which clients take for a redirect.
  const request = {
    method: "GET",
    path: "/",
    headers: { "X-Auth-Token": token },
    response: versionsAnswer,
  } as const;
  const answer = await http.send(request, context).catch((error: unknown) => {
    const { status = 500 } = isPolyvolError(error) ? error : {};
    if (context.abortSignal.aborted || status === 401 || status === 429 || status >= 500) throw error;
    return undefined;
  });
  if (answer === undefined) {
    emitVersion(
      context,
      OLDEST,
      "fallback",
      `the service's list of API versions could not be read; ${OLDEST} is used`,
    );
    return undefined;
  }
  const { version, offered } = choose(answer.data.versions);
  emitVersion(context, version, "chosen", `API version ${version} is used; the service offers ${offered}`);
  return version;
}
