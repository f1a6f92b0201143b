import { rawPath } from "../kit/node-request.ts";
import { createRouter, type Router } from "../kit/router.ts";
import type { Clock, EmulatedService, ServiceRequest, ServiceResponse } from "../kit/service.ts";
import { InvalidInput } from "../kit/validation.ts";
import { Authenticator, hasScpHeaders } from "./auth.ts";
import { json } from "./call.ts";
import { ApiError, gatewayAnswer, languageOf, renderError } from "./errors.ts";
import { failureAnswer } from "./failure.ts";
import { type Operation, operations } from "./operations.ts";
import type { SamsungScpOptions } from "./options.ts";
import { forbidden, methodNotAllowed, noSuchVersion, notFound } from "./refusals.ts";
import { Renderer } from "./render.ts";
import { addSeed } from "./seed.ts";
import { resolveSettings, type Settings } from "./settings.ts";
import { dumpState } from "./state.ts";
import { documentedVersions, type ResolvedVersion, VersionTable } from "./versions.ts";
import { World } from "./world.ts";

const router: Router<Operation> = createRouter(
  operations.map((operation) => ({ method: operation.method, path: operation.path, handler: operation })),
);

/** The `virtualserver` service of one region, behind the gateway that all services share. */
export class SamsungScpService implements EmulatedService {
  readonly provider = "samsung-scp";
  readonly secrets: readonly string[];
  readonly #clock: Clock;
  readonly #settings: Settings;
  readonly #world: World;
  readonly #versions: VersionTable;
  readonly #authenticator: Authenticator;
  readonly #render: Renderer;
  readonly #onlyVersions: ReadonlyMap<string, ReadonlySet<string>>;

  /** `randomSeed` decides every made-up id. */
  constructor(options: SamsungScpOptions, clock: Clock, randomSeed: number) {
    const settings = resolveSettings(options);
    this.#clock = clock;
    this.#settings = settings;
    this.#world = new World(settings, randomSeed, clock.now());
    this.#versions = new VersionTable(
      options.versions ?? documentedVersions,
      options.expiredVersions === "refuse",
    );
    this.#authenticator = new Authenticator({
      accessKeys: settings.accessKeys,
      defaultAccountId: this.#world.defaultAccountId,
      publicUrl: settings.publicUrl,
      clockSkewMs: settings.clockSkewMs,
    });
    this.#render = new Renderer(settings.timestamps);
    this.#onlyVersions = operationVersions(settings);
    this.secrets = settings.accessKeys.map((key) => key.secretKey);
  }

  handle(request: ServiceRequest): ServiceResponse {
    const now = this.#clock.now();
    this.#world.schedule.runDue(now);
    const path = rawPath(request.rawTarget);
    if (path === "/" && request.method === "GET") return this.#listVersions(request, now);
    if (request.method === "OPTIONS") return gatewayAnswer(403, path, now, this.#gatewayId());
    if (!hasScpHeaders(request.headers)) return gatewayAnswer(404, path, now, this.#gatewayId());
    try {
      return this.#answer(request, path, now);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return renderError(error, languageOf(request.headers.get("accept-language")), () => this.#requestId());
    }
  }

  state(): unknown {
    const now = this.#clock.now();
    this.#world.schedule.runDue(now);
    return dumpState(this.#world, this.#render, now);
  }

  seed(data: unknown): void {
    const now = this.#clock.now();
    this.#world.schedule.runDue(now);
    addSeed(this.#world, data, now);
  }

  reset(): void {
    this.#world.reset(this.#clock.now());
  }

  failure(status: number, request: ServiceRequest): ServiceResponse {
    return failureAnswer(status, request, this.#clock.now(), () => this.#requestId());
  }

  #answer(request: ServiceRequest, path: string, now: number): ServiceResponse {
    const { headers } = request;
    const caller = this.#authenticator.check(request, now);
    if (path === "/v1/endpoints" && request.method === "GET") return this.#listEndpoints(request);
    const route = router.find(request.method, path);
    if (route === undefined) {
      const allowed = router.methods(path);
      throw allowed.length > 0 ? methodNotAllowed(allowed) : notFound();
    }
    const operation = route.handler;
    const header = headers.get("scp-api-version");
    const version = this.#versions.resolve(header, now);
    if (version === undefined || !this.#has(operation, version))
      throw noSuchVersion(header ?? `virtualserver ${version?.id ?? "current"}`);
    if (!caller.may(operation.action)) throw forbidden(operation.access, `virtualserver:${operation.action}`);
    return operation.run({
      world: this.#world,
      settings: this.#settings,
      render: this.#render,
      account: this.#world.account(caller.accountId),
      caller,
      version,
      now,
      params: route.params,
      query: request.query,
      body: request.body,
      staleMs: request.staleMs,
      staleReadMs: request.staleReadMs ?? 0,
    });
  }

  #has(operation: Operation, version: ResolvedVersion): boolean {
    const only = this.#onlyVersions.get(operation.name);
    return only === undefined ? version.rank >= operation.since : only.has(version.id);
  }

  #listVersions(request: ServiceRequest, now: number): ServiceResponse {
    const links = [{ href: `${this.#base(request)}/v1`, rel: "self" }];
    const versions = this.#versions.list(now).map(({ id, status, notBefore }) => ({
      id: `v${id}`,
      links,
      not_before: notBefore,
      status,
    }));
    return json(200, { versions });
  }

  /** The catalogue is another service's; it is here so that clients which begin there need no second server. */
  #listEndpoints(request: ServiceRequest): ServiceResponse {
    const url = this.#base(request);
    const { region } = this.#settings;
    return json(200, {
      endpoints: [{ region, service_type: "scp-virtualserver", service_name: "virtualserver", url }],
    });
  }

  #base(request: ServiceRequest): string {
    return this.#settings.publicUrl ?? request.origin;
  }

  #requestId(): string {
    return `req-${this.#world.newRequestId()}`;
  }

  /** The gateway's own ids look different: eight hexadecimal digits and a number. */
  #gatewayId(): string {
    return `${this.#world.newRequestId().slice(-8)}-1`;
  }
}

function operationVersions({ operationVersions: given }: Settings): ReadonlyMap<string, ReadonlySet<string>> {
  const result = new Map<string, ReadonlySet<string>>();
  for (const [name, ids] of Object.entries(given)) {
    if (!operations.some((operation) => operation.name === name))
      throw new InvalidInput(
        `operationVersions: unknown operation "${name}"; known: ${operations.map((one) => one.name).join(", ")}.`,
      );
    result.set(name, new Set(ids));
  }
  return result;
}
