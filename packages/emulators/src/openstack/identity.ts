import type { ServiceRequest, ServiceResponse } from "../kit/service.ts";
import {
  catalogueOf,
  DOMAIN,
  IDENTITY_PATH,
  IDENTITY_ROOT,
  projectIdOf,
  projectJson,
  projectsOf,
  versionJson,
} from "./identity-documents.ts";
import type { ResolvedOptions } from "./options.ts";
import { type ApiError, identityRefusal, LOGIN_NEEDED } from "./responses.ts";
import { idOfName, type State, type TokenRecord } from "./state.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Who has logged in, for which project. */
interface Login {
  readonly user: string;
  /** Name or id. `undefined`: for none. */
  readonly project: string | undefined;
  readonly methods: readonly string[];
  readonly credentialId?: string | undefined;
}

/**
 * The identity service (Keystone): tokens under `/identity/v3/auth/tokens`, what they are for, and the token of each request. Logins are
 * taken at `/v3/auth/tokens`, too, as Keystone has them on a port of its own: so the address of the emulator alone will do.
 */
export interface IdentityService {
  /** Answers a request of the identity service itself. Throws `ApiError`. */
  handle(request: ServiceRequest, base: string, now: number): ServiceResponse;
  /** The token that a request to block storage carries. Throws 401. */
  tokenOf(request: ServiceRequest, base: string, now: number): TokenRecord;
}

const TOKENS_PATH = `${IDENTITY_PATH}/auth/tokens`;
const OWN_PORT_TOKENS_PATH = "/v3/auth/tokens";
const PROJECTS_PATH = `${IDENTITY_PATH}/projects/`;

/** Whether a request is for the identity service. Block storage has no project of the name `auth`. */
export function isForIdentity(path: string): boolean {
  return path === IDENTITY_ROOT || path.startsWith(`${IDENTITY_ROOT}/`) || path === OWN_PORT_TOKENS_PATH;
}

const CLIENT_ERROR =
  "The server could not comply with the request since it is either malformed or otherwise incorrect. The client is assumed to be in error";

const notAuthorized = (authUrl: string): ApiError =>
  identityRefusal(
    403,
    "You are not authorized to perform the requested action: identity:get_project.",
    authUrl,
  );

export function createIdentity(state: State): IdentityService {
  const { options } = state;
  const refused = (authUrl: string): ApiError => identityRefusal(401, LOGIN_NEEDED, authUrl);

  function login(auth: Fields, authUrl: string, now: number): Login {
    const identity = field(auth, "identity");
    const malformed = (what: string): ApiError => identityRefusal(400, `Expecting to find ${what}.`, authUrl);
    const methods = identity["methods"];
    const [method] = Array.isArray(methods) ? methods : [];
    if (method === undefined) throw malformed("identity in auth");
    /** The name, or the id, of what is in the only domain that there is. */
    const named = (of: Fields, kind: string): string | undefined => {
      const id = text(of["id"]);
      if (id !== undefined || of["name"] === undefined) return id;
      if (of["domain"] === undefined) throw malformed(`domain in ${kind}. ${CLIENT_ERROR}`);
      const domain = field(of, "domain");
      if (domain["id"] !== DOMAIN.id && domain["name"] !== DOMAIN.name) throw refused(authUrl);
      return text(of["name"]);
    };
    const scope = field(auth, "scope");
    if (scope["domain"] !== undefined || scope["system"] !== undefined) throw refused(authUrl);
    const project = named(field(scope, "project"), "project");
    const proof = field(identity, String(method));
    if (method === "password") {
      const user = field(proof, "user");
      const name = userNamed(named(user, "user"));
      const password = text(user["password"]);
      if (name !== undefined && password !== undefined && mayLogIn(options, name, password, project))
        return { user: name, project, methods: ["password"] };
    } else if (method === "application_credential") {
      const known = options.applicationCredentials.find(
        ({ id, secret }) => id === proof["id"] && secret === proof["secret"],
      );
      if (known !== undefined && project !== undefined)
        throw identityRefusal(
          401,
          "Error authenticating with application credential: Application credentials cannot request a scope.",
          authUrl,
        );
      if (known !== undefined) {
        const user = `credential ${known.id}`;
        return { user, project: known.project, methods: ["application_credential"], credentialId: known.id };
      }
    } else if (method === "token") {
      const token = valid(String(proof["id"]), now);
      if (token !== undefined)
        return {
          user: token.userName,
          project: project ?? token.projectId,
          methods: [...new Set([...token.methods, "token"])],
          credentialId: token.credentialId,
        };
    } else throw identityRefusal(401, "Attempted to authenticate with an unsupported method.", authUrl);
    throw refused(authUrl);
  }

  /** The name of a user who may be given by id. */
  function userNamed(nameOrId: string | undefined): string | undefined {
    return options.users?.find(({ name }) => idOfName("user", name) === nameOrId)?.name ?? nameOrId;
  }

  /** The name of a project, where there is one of that id. */
  function projectNamed(id: string): string | undefined {
    return projectsOf(options).find((name) => projectIdOf(name) === id);
  }

  function valid(id: string, now: number): TokenRecord | undefined {
    const token = state.tokens.get(id);
    return token !== undefined && token.expiresAt > now ? token : undefined;
  }

  function issue({ user, project, methods, credentialId }: Login, now: number): TokenRecord {
    const projectId = project === undefined ? undefined : projectIdOf(project);
    const token: TokenRecord = {
      id: `gAAAAA${state.newId().replaceAll("-", "")}`,
      userId: idOfName("user", user),
      userName: user,
      projectId,
      projectName: projectId === undefined ? undefined : (projectNamed(projectId) ?? project),
      methods,
      credentialId,
      // Whole seconds, as the service has them.
      issuedAt: Math.floor(now / 1_000) * 1_000,
      expiresAt: Math.floor((now + options.tokenLifeMs) / 1_000) * 1_000,
    };
    state.tokens.set(token.id, token);
    return token;
  }

  function tokenResponse(
    status: number,
    token: TokenRecord,
    { query, method }: ServiceRequest,
    base: string,
  ): ServiceResponse {
    const { projectId, credentialId } = token;
    const project =
      projectId === undefined
        ? {}
        : {
            is_domain: false,
            project: { domain: DOMAIN, id: projectId, name: token.projectName },
            ...(query.has("nocatalog") ? {} : { catalog: catalogueOf(options, base, projectId) }),
            roles: ["member", "reader"].map((name) => ({ id: idOfName("user", `role ${name}`), name })),
          };
    const body = {
      methods: token.methods,
      user: { domain: DOMAIN, id: token.userId, name: token.userName, password_expires_at: null },
      audit_ids: [idOfName("user", token.id).slice(0, 22)],
      expires_at: keystoneTime(token.expiresAt),
      issued_at: keystoneTime(token.issuedAt),
      ...(credentialId === undefined
        ? {}
        : { application_credential: { id: credentialId, name: credentialId, restricted: true } }),
      ...project,
    };
    const shown = method === "HEAD" ? "" : { token: body };
    return { status, headers: { "x-subject-token": token.id }, body: shown };
  }

  /** Throws 401 without a token of one's own. */
  function ownToken(request: ServiceRequest, authUrl: string, now: number): TokenRecord {
    const token = valid(request.headers.get("x-auth-token") ?? "", now);
    if (token === undefined) throw refused(authUrl);
    return token;
  }

  return {
    handle(request, base, now) {
      const { method, headers } = request;
      const isOwnPort = request.path === OWN_PORT_TOKENS_PATH;
      const path = isOwnPort ? TOKENS_PATH : request.path;
      const authUrl = isOwnPort ? `${base}/v3` : base + IDENTITY_PATH;
      if (path === TOKENS_PATH && method === "POST")
        return tokenResponse(201, issue(login(authOf(request, base), authUrl, now), now), request, base);
      if (path === TOKENS_PATH) {
        ownToken(request, authUrl, now);
        const token = valid(headers.get("x-subject-token") ?? "", now);
        if (token === undefined) throw identityRefusal(404, "Failed to validate token", base);
        if (method !== "DELETE") return tokenResponse(200, token, request, base);
        state.tokens.delete(token.id);
        return { status: 204, headers: {} };
      }
      if (path === `${IDENTITY_PATH}/auth/catalog` && method === "GET") {
        const { projectId } = ownToken(request, authUrl, now);
        const catalog = projectId === undefined ? [] : catalogueOf(options, base, projectId);
        return { status: 200, headers: {}, body: { catalog, links: { self: base + path } } };
      }
      if (path === `${IDENTITY_PATH}/auth/projects` && method === "GET") {
        const { userName, projectName } = ownToken(request, authUrl, now);
        const own = options.users?.find(({ name }) => name === userName)?.projects;
        const names = own ?? [projectName].filter((name) => name !== undefined);
        const projects = names.map((name) => projectJson(name, base));
        const links = { next: null, self: base + path, previous: null };
        return { status: 200, headers: {}, body: { projects, links } };
      }
      if (path.startsWith(PROJECTS_PATH) && method === "GET") {
        const { projectId, projectName = "" } = ownToken(request, authUrl, now);
        // Of others not even whether they exist.
        if (projectId === undefined || path !== PROJECTS_PATH + projectId) throw notAuthorized(authUrl);
        return { status: 200, headers: {}, body: { project: projectJson(projectName, base) } };
      }
      const page = path.replace(/\/$/, "");
      if (page === IDENTITY_ROOT && method === "GET") {
        const body = { versions: { values: [versionJson(base)] } };
        return { status: 300, headers: { location: `${base}${IDENTITY_PATH}/` }, body };
      }
      if (page === IDENTITY_PATH && method === "GET")
        return { status: 200, headers: {}, body: { version: versionJson(base) } };
      throw identityRefusal(404, "Could not find what was asked for.", base);
    },
    tokenOf: (request, base, now) => ownToken(request, base + IDENTITY_PATH, now),
  };
}

function authOf({ body }: ServiceRequest, base: string): Fields {
  try {
    const { auth } = JSON.parse(body) as { readonly auth?: unknown };
    if (typeof auth === "object" && auth !== null) return auth as Fields;
  } catch {
    // As without it.
  }
  throw identityRefusal(400, `Expecting to find auth in request body. ${CLIENT_ERROR}.`, base);
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

/** With `Z` and six digits, unlike the times of block storage. */
function keystoneTime(instant: number): string {
  return new Date(instant).toISOString().replace(/\.\d+Z$/, ".000000Z");
}

const field = (of: Fields, name: string): Fields => Object(of[name]) as Fields;
const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
