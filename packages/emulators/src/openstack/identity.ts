import type { ServiceRequest, ServiceResponse } from "../kit/service.ts";
import type { ResolvedOptions } from "./options.ts";
import { type ApiError, identityRefusal, LOGIN_NEEDED } from "./responses.ts";
import { COMPUTE_PATH } from "./servers.ts";
import { idOfName, type State, type TokenRecord } from "./state.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Who has logged in, for which project. */
interface Login {
  readonly user: string;
  /** Name or id. `undefined`: for none. */
  readonly project: string | undefined;
}

/**
 * The identity service (Keystone): `POST` and `GET /identity/v3/auth/tokens`, and the token of each request. Logins are
 * taken at `/v3/auth/tokens`, too, as Keystone has them on a port of its own: so the address of the emulator alone will do.
 */
export interface IdentityService {
  /** Answers a request of the identity service itself. Throws `ApiError`. */
  handle(request: ServiceRequest, base: string, now: number): ServiceResponse;
  /** The token that a request to block storage carries. Throws 401. */
  tokenOf(request: ServiceRequest, base: string, now: number): TokenRecord;
}

export const IDENTITY_PATH = "/identity/v3";
const TOKENS_PATH = `${IDENTITY_PATH}/auth/tokens`;
const OWN_PORT_TOKENS_PATH = "/v3/auth/tokens";

/** Whether a request is for the identity service. Block storage has no project of the name `auth`. */
export function isForIdentity(path: string): boolean {
  return path.startsWith(IDENTITY_PATH) || path === OWN_PORT_TOKENS_PATH;
}

export function createIdentity(state: State): IdentityService {
  const { options } = state;
  const refused = (authUrl: string): ApiError => identityRefusal(401, LOGIN_NEEDED, authUrl);

  function login(auth: Fields, authUrl: string, now: number): Login {
    const identity = field(auth, "identity");
    const scope = field(field(auth, "scope"), "project");
    const project = text(scope["id"]) ?? text(scope["name"]);
    const methods = identity["methods"];
    const [method] = Array.isArray(methods) ? methods : [];
    const proof = field(identity, String(method));
    if (method === "password") {
      const user = field(proof, "user");
      const name = text(user["name"]) ?? text(user["id"]);
      const password = text(user["password"]);
      if (name !== undefined && password !== undefined && mayLogIn(options, name, password, project))
        return { user: name, project };
    } else if (method === "application_credential") {
      const known = options.applicationCredentials.find(
        ({ id, secret }) => id === proof["id"] && secret === proof["secret"],
      );
      if (known !== undefined) return { user: `credential ${known.id}`, project: known.project };
    } else if (method === "token") {
      const token = valid(String(proof["id"]), now);
      if (token !== undefined) return { user: token.userId, project: project ?? token.projectId };
    } else throw identityRefusal(400, "Expecting to find identity in auth.", authUrl);
    throw refused(authUrl);
  }

  function valid(id: string, now: number): TokenRecord | undefined {
    const token = state.tokens.get(id);
    return token !== undefined && token.expiresAt > now ? token : undefined;
  }

  function issue({ user, project }: Login, now: number): TokenRecord {
    const token: TokenRecord = {
      id: `gAAAAA${state.newId().replaceAll("-", "")}`,
      userId: idOfName("user", user),
      projectId: project === undefined ? undefined : projectIdOf(project),
      // Whole seconds, as the service has them.
      issuedAt: Math.floor(now / 1_000) * 1_000,
      expiresAt: Math.floor((now + options.tokenLifeMs) / 1_000) * 1_000,
    };
    state.tokens.set(token.id, token);
    return token;
  }

  function tokenResponse(status: number, token: TokenRecord, base: string): ServiceResponse {
    const { projectId } = token;
    const project =
      projectId === undefined
        ? {}
        : {
            project: { domain: { id: "default", name: "Default" }, id: projectId },
            catalog: catalogueOf(options, base, projectId),
            roles: [{ id: idOfName("user", "role member"), name: "member" }],
          };
    const body = {
      methods: ["password"],
      user: { domain: { id: "default", name: "Default" }, id: token.userId, password_expires_at: null },
      expires_at: keystoneTime(token.expiresAt),
      issued_at: keystoneTime(token.issuedAt),
      is_domain: false,
      ...project,
    };
    return {
      status,
      headers: { "x-subject-token": token.id, vary: "X-Auth-Token" },
      body: { token: body },
    };
  }

  return {
    handle(request, base, now) {
      const { method, headers } = request;
      const isOwnPort = request.path === OWN_PORT_TOKENS_PATH;
      const path = isOwnPort ? TOKENS_PATH : request.path;
      const authUrl = isOwnPort ? `${base}/v3` : base + IDENTITY_PATH;
      if (path === TOKENS_PATH && method === "POST")
        return tokenResponse(201, issue(login(authOf(request, base), authUrl, now), now), base);
      if (path === TOKENS_PATH && method === "GET") {
        if (valid(headers.get("x-auth-token") ?? "", now) === undefined) throw refused(authUrl);
        const token = valid(headers.get("x-subject-token") ?? "", now);
        if (token === undefined) throw identityRefusal(404, "Could not find token.", base);
        return tokenResponse(200, token, base);
      }
      if (path.replace(/\/$/, "") === IDENTITY_PATH && method === "GET") {
        const links = [{ rel: "self", href: `${base}${IDENTITY_PATH}/` }];
        return { status: 200, headers: {}, body: { version: { id: "v3.14", status: "stable", links } } };
      }
      throw identityRefusal(404, "Could not find what was asked for.", base);
    },
    tokenOf({ headers }, base, now) {
      const token = valid(headers.get("x-auth-token") ?? "", now);
      if (token === undefined) throw refused(base + IDENTITY_PATH);
      return token;
    },
  };
}

function authOf({ body }: ServiceRequest, base: string): Fields {
  try {
    const { auth } = JSON.parse(body) as { readonly auth?: unknown };
    if (typeof auth === "object" && auth !== null) return auth as Fields;
  } catch {
    // As without it.
  }
  throw identityRefusal(400, "Expecting to find auth in request body.", base);
}

function mayLogIn(
  { users }: ResolvedOptions,
  name: string,
  password: string,
  project: string | undefined,
): boolean {
  if (users === undefined) return password !== "";
  const user = users.find((each) => each.name === name && each.password === password);
  const known = user?.projects.some((each) => each === project || projectIdOf(each) === project);
  return user !== undefined && (project === undefined || known === true);
}

/** The id of a project by its name, or an id as it is. */
export function projectIdOf(project: string): string {
  return /^[0-9a-f]{32}$/.test(project) ? project : idOfName("project", project);
}

/** Both types under which clouds list block storage, on each interface. */
function catalogueOf({ region, compute }: ResolvedOptions, base: string, projectId: string): unknown {
  const endpoints = (url: string): unknown =>
    ["public", "internal", "admin"].map((kind) => ({
      id: idOfName("user", `${kind} ${url}`),
      interface: kind,
      region,
      region_id: region,
      url,
    }));
  const storage = endpoints(`${base}/v3/${projectId}`);
  return [
    { type: "identity", name: "keystone", endpoints: endpoints(base + IDENTITY_PATH) },
    { type: "volumev3", name: "cinderv3", endpoints: storage },
    { type: "block-storage", name: "cinder", endpoints: storage },
    ...(compute ? [{ type: "compute", name: "nova", endpoints: endpoints(base + COMPUTE_PATH) }] : []),
  ];
}

/** With `Z` and six digits, unlike the times of block storage. */
function keystoneTime(instant: number): string {
  return new Date(instant).toISOString().replace(/\.\d+Z$/, ".000000Z");
}

const field = (of: Fields, name: string): Fields => Object(of[name]) as Fields;
const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
