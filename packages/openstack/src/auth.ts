import { isPolyvolError, PolyvolError, type PolyvolErrorDetails } from "@polyvol/core";
import {
  type CallContext,
  fitWords,
  monotonicTime,
  omitUndefined,
  parseTimestamp,
  refusedArgument,
  resolveSecret,
  singleFlight,
} from "@polyvol/core/driver";
import type { FailedResponse, FailureRefinement, HttpResponse, ResponseHeaders } from "@polyvol/core/http";
import {
  type BlockStorageEndpoint,
  blockStorageOf,
  type ComputeEndpoint,
  computeOf,
  isOlder,
} from "./catalogue.ts";
import { isGuarded } from "./failure.ts";
import type { Identity, Settings } from "./options.ts";
import { createServiceClient } from "./service-client.ts";
import { tokenAnswer, type WireToken } from "./wire.ts";

/** A token, and what it gives access to. It is held in memory and nowhere else. */
export interface Session extends BlockStorageEndpoint {
  readonly token: string;
  readonly projectId: string;
  readonly projectName: string | undefined;
  /** The service of this cloud that manages servers (Nova), whose business attachments are then. */
  readonly compute: ComputeEndpoint | undefined;
  readonly isExpired: () => boolean;
}

type Token = { readonly token: string; readonly body: WireToken };

/** A token is replaced so long before its end, or when a tenth of its time is left, whichever is later. */
const MARGIN_MS = 60_000;

/** Logs in, and again when it is time to. */
export function createSessions(settings: Settings) {
  const { authUrl, identity, clock, region } = settings;
  const { fetch, attemptTimeoutMs, account } = settings.http;
  const monotonicNow = monotonicTime(clock);
  const http = createServiceClient(
    { http: { account, clock, fetch, attemptTimeoutMs } },
    { baseUrl: authUrl, refineFailure: (response) => refineFailure(response, identity, authUrl) },
  );
  let current: Session | undefined;

  async function login(context: CallContext): Promise<Session> {
    const { token, body } = await proveIdentity(context);
    if (!body.project) {
      throw unauthenticated("the token is for no project: name one");
    }
    const catalogue = body.catalog ?? [];
    if (settings.baseUrl !== undefined && isOlder(settings.baseUrl, body.project.id)) {
      throw refusedArgument(
        "baseUrl: found an address of a version before 3, allowed are those of version 3",
      );
    }
    const place =
      settings.baseUrl === undefined
        ? blockStorageOf(catalogue, { region, interface: settings.interface }, authUrl, body.project.id)
        : { url: settings.baseUrl, region: region ?? "" };
    return {
      ...place,
      token,
      projectId: body.project.id,
      projectName: body.project.name ?? undefined,
      compute: computeOf(catalogue, { region: place.region || undefined, interface: settings.interface }),
      isExpired: expiry(body),
    };
  }

  /** What was read may have been replaced before it was used: then, after a refusal, what it is now is tried, too. */
  async function proveIdentity(context: CallContext, isAgain = false): Promise<Token> {
    const secret = await secretOf(identity);
    try {
      return await request(secret, context);
    } catch (error) {
      const told = withoutSecret(error, secret);
      const mayBeOld = !isAgain && isPolyvolError(told, "unauthenticated");
      if (!mayBeOld || (await secretOf(identity)) === secret) throw told;
      return await proveIdentity(context, true);
    }
  }

  /** By the identity service's own times: the clock of this machine may be wrong. */
  function expiry({ issued_at, expires_at }: WireToken): () => boolean {
    const issuedAt = parseTimestamp(issued_at)?.getTime() ?? clock.now();
    const lifeMs = (parseTimestamp(expires_at)?.getTime() ?? issuedAt) - issuedAt;
    const until = monotonicNow() + lifeMs - Math.min(MARGIN_MS, lifeMs / 10);
    return () => monotonicNow() >= until;
  }

  async function request(secret: string, context: CallContext): Promise<Token> {
    const { method, named, scope } = identity;
    const path = "/auth/tokens";
    const common = { path, response: tokenAnswer, authorized: false } as const;
    if (method === "token" && scope === undefined) {
      // A token that is for a project already says so when it is asked for itself.
      const headers = { "X-Auth-Token": secret, "X-Subject-Token": secret };
      const { data } = await http.send({ ...common, method: "GET", headers }, context);
      return { token: secret, body: data.token };
    }
    const proof = {
      password: { user: { ...named, password: secret } },
      application_credential: { ...named, secret },
      token: { id: secret },
    }[method];
    const auth = {
      identity: { methods: [method], [method]: proof },
      ...(scope === undefined ? {} : { scope }),
    };
    const answer = await http.send({ ...common, method: "POST", body: { auth } }, context);
    return { token: tokenOf(answer), body: answer.data.token };
  }

  const renew = singleFlight(login);
  return {
    /** The session in use. `refused`: the one that was used, and that the service takes no more. */
    get: async (context: CallContext, refused?: Session): Promise<Session> => {
      if (current === undefined || current === refused || current.isExpired()) current = await renew(context);
      return current;
    },
  };
}

function tokenOf({ headers }: HttpResponse<unknown>): string {
  const token = headers.get("x-subject-token") ?? "";
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new PolyvolError("malformed_response", "the identity service answered without a token", {
    retryable: true,
    outcome: "not_applied",
  });
}

async function secretOf({ secret, method }: Identity): Promise<string> {
  const name = method.replace("_", " ");
  const value = await resolveSecret(secret).catch((cause: unknown) => {
    if (isPolyvolError(cause, "unauthenticated")) throw cause;
    throw unauthenticated(`the source of the ${name} failed`, cause);
  });
  if (value === "") throw unauthenticated(`the source of the ${name} gave nothing`);
  return value;
}

function unauthenticated(reason: string, cause?: unknown): PolyvolError {
  return new PolyvolError("unauthenticated", reason, omitUndefined({ outcome: "not_applied", cause }));
}

/** The service does not say which of them is wrong. */
const REFUSED = {
  password:
    "user, password, project or one of their domains is wrong, or the user has no role in the project",
  application_credential: "the application credential is unknown, its secret is wrong, or it has expired",
  token: "the token is wrong or has expired, or gives no access to the project",
} as const;

function refineFailure(
  { status, json, headers }: FailedResponse,
  { method }: Identity,
  authUrl: string,
): FailureRefinement {
  const { message: said, title } = Object(Object(json).error) as Readonly<Record<string, unknown>>;
  const service = `the identity service at ${authUrl}`;
  if (status === 401 && typeof said !== "string" && !isGuarded(headers))
    return json === undefined
      ? {}
      : {
          reason: `status 401 came from ${authUrl}, not in the words of an identity service: is authUrl right?`,
        };
  if (status === 401) {
    const other = otherIdentityService(headers, authUrl);
    const elsewhere =
      other === undefined ? "" : `; or authUrl is wrong: the answer names ${other} as the identity service`;
    const providerCode = typeof title === "string" ? fitWords(title, 40) : "Unauthorized";
    return { reason: `${service} refuses the login: ${REFUSED[method]}${elsewhere}`, providerCode };
  }
  if (status === 404 && typeof said !== "string")
    return { reason: `no identity service is at ${authUrl}: is authUrl right?` };
  return typeof said === "string" ? { reason: `${service} says: ${said}` } : {};
}

/**
 * The identity service that a refusal names, where it is another than the one that was asked: block storage refuses a
 * login in the same words, so that a wrong address looks like a wrong password.
 */
function otherIdentityService(headers: ResponseHeaders, authUrl: string): string | undefined {
  const named = /^Keystone uri="([^"]{1,300})"/i.exec(headers.get("www-authenticate") ?? "")?.[1];
  if (named === undefined || !URL.canParse(named)) return undefined;
  const { protocol, origin, pathname } = new URL(named);
  if (!/^https?:$/.test(protocol)) return undefined;
  const service = origin + pathname;
  const withoutVersion = (url: string): string => url.replace(/(\/v3)?\/*$/, "");
  return withoutVersion(service) === withoutVersion(authUrl) ? undefined : service;
}

/** Shorter secrets, of emulators and tests, are found as words of their own: letters of other words are none. */
const SHORT_SECRET = 6;

function wholly(secret: string): RegExp {
  const literal = secret.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(secret.length < SHORT_SECRET ? `(?<!\\w)${literal}(?!\\w)` : literal, "g");
}

/** A failed login without the secret, whatever has repeated it. Nothing was asked of block storage yet. */
function withoutSecret(error: unknown, secret: string): unknown {
  if (!isPolyvolError(error)) return error;
  const { cause: _, ...details } = error as PolyvolErrorDetails;
  const inJson = JSON.stringify(secret).slice(1, -1);
  const reason = [secret, inJson].reduce(
    (text, each) => text.replaceAll(wholly(each), "[hidden]"),
    error.reason,
  );
  return new PolyvolError(error.code, reason, { ...details, outcome: "not_applied" });
}
