/**
 * `@polyvol/config/tsyringe`: the clouds of a configuration in a container of tsyringe.
 *
 * @module @polyvol/config/tsyringe
 */
// tsyringe does not load without this.
import "reflect-metadata";
import type { BlockStorage } from "@polyvol/core";
import { type DependencyContainer, type InjectionToken, instanceCachingFactory } from "tsyringe";
import { type Clouds, createClouds, selectClouds } from "./clouds.ts";
import type { CloudConfig, Config } from "./config.ts";
import { type ConnectOptions, configuredCloud, createStorage, loadAdapter } from "./connect.ts";
import { refusedAt } from "./problems.ts";
import { type CreateStorage, type ProviderRegistration, providersByName } from "./providers.ts";

/** What can be resolved after `registerClouds`, and what can be registered before it. */
export interface Tokens {
  /** The configuration. */
  readonly config: InjectionToken<Config>;
  /** All connected clouds. */
  readonly clouds: InjectionToken<Clouds>;
  /** The one cloud of a configuration that has one; with several, ask for `cloudToken(name)`. */
  readonly blockStorage: InjectionToken<BlockStorage>;
  /** Register more providers under this one, as often as needed, before `registerClouds`. */
  readonly provider: InjectionToken<ProviderRegistration>;
  /** Within the container of one cloud: its part of the configuration. */
  readonly cloud: InjectionToken<CloudConfig>;
}

/** The tokens, the same in every copy of this package. */
export const TOKENS: Tokens = {
  config: Symbol.for("polyvol.Config"),
  clouds: Symbol.for("polyvol.Clouds"),
  blockStorage: Symbol.for("polyvol.BlockStorage"),
  provider: Symbol.for("polyvol.ProviderRegistration"),
  cloud: Symbol.for("polyvol.CloudConfig"),
};

/** The token of the cloud of that name. */
export function cloudToken(name: string): InjectionToken<BlockStorage> {
  return Symbol.for(`polyvol.cloud.${name}`);
}

/**
 * Registers the clouds of a configuration in a container of yours: `TOKENS.clouds` for all of them,
 * `cloudToken(name)` for each, `TOKENS.blockStorage` for the only one. Adapters are loaded now; a storage is made
 * when it is first resolved, and credentials are looked up then.
 * @throws ConfigError when an adapter cannot be loaded, and for a cloud that its source gives wrongly
 */
export async function registerClouds(
  target: DependencyContainer,
  config: Config,
  options: ConnectOptions = {},
): Promise<void> {
  const providers = providersByName([...registeredProviders(target), ...(options.providers ?? [])]);
  const clouds = selectClouds(config, options.only).map((name) => configuredCloud(config, name));
  const adapters = await Promise.all(clouds.map((cloud) => loadAdapter(config, cloud, providers)));

  target.register(TOKENS.config, { useValue: config });
  clouds.forEach((cloud, index) => {
    const own = cloudContainer(target, cloud, adapters[index], options);
    target.register(cloudToken(cloud.name), { useFactory: () => own.resolve(TOKENS.blockStorage) });
  });
  target.register(TOKENS.clouds, {
    useFactory: instanceCachingFactory((from) =>
      createClouds(clouds.map(({ name }) => [name, from.resolve(cloudToken(name))])),
    ),
  });
  target.register(TOKENS.blockStorage, { useFactory: (from) => from.resolve(onlyCloud(config, clouds)) });
}

/** One child container for each cloud: the same tokens mean that cloud's own things in it. */
function cloudContainer(
  target: DependencyContainer,
  cloud: CloudConfig,
  adapter: CreateStorage | undefined,
  options: ConnectOptions,
): DependencyContainer {
  const own = target.createChildContainer();
  own.register(TOKENS.cloud, { useValue: cloud });
  own.register<BlockStorage>(TOKENS.blockStorage, {
    useFactory: instanceCachingFactory((from) => {
      if (adapter === undefined) throw new TypeError(`the adapter of ${cloud.name} is not loaded`);
      return createStorage(from.resolve(TOKENS.config), from.resolve(TOKENS.cloud), adapter, options);
    }),
  });
  return own;
}

function registeredProviders(target: DependencyContainer): readonly ProviderRegistration[] {
  return target.isRegistered(TOKENS.provider, true) ? target.resolveAll(TOKENS.provider) : [];
}

function onlyCloud(config: Config, clouds: readonly CloudConfig[]): ReturnType<typeof cloudToken> {
  const [first] = clouds;
  if (first !== undefined && clouds.length === 1) return cloudToken(first.name);
  const found = `${clouds.length} clouds (${clouds.map(({ name }) => name).join(", ")})`;
  const allowed = "one, where a program asks for the only one";
  throw refusedAt(config, ["clouds"], { found, allowed, hint: "Ask for one by name: cloudToken(name)" });
}
