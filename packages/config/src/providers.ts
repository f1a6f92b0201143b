import { type BlockStorage, isPolyvolError } from "@polyvol/core";
import { type Option, type Options, option } from "@polyvol/core/driver";
import { createDigitalOceanStorage, digitalOceanOptions } from "@polyvol/digitalocean";
import { createOpenStackStorage, openStackOptions } from "@polyvol/openstack";
import { createSamsungScpStorage, samsungScpOptions } from "@polyvol/samsung-scp";
import * as z from "zod/mini";
import type { CloudConfig } from "./config.ts";
import type { ConfigError } from "./config-error.ts";
import { chooseCloud, missingInFile, optionsOfCloud, readCloudsFile } from "./openstack-clouds-file.ts";
import { type WriteSnapshotTag, writeDigitalOceanTag, writeOpenStackTag } from "./tag-writers.ts";

/**
 * Makes a storage from the adapter's options: those of the configuration, `region`, each credential under its own
 * name, and what the program gives itself (`clock`, `fetch`, `onEvent`, `random`).
 */
export type CreateStorage = (options: Readonly<Record<string, unknown>>) => BlockStorage;

/** All that makes a provider known. Adding one is adding one of these. */
export interface ProviderRegistration {
  /** Its name in configuration files. */
  readonly provider: string;
  /**
   * Its options by name, as `createAdapterOptions` gives them (`all`). Those that are secret stand under `credentials`,
   * `region` stands by itself, and what only code can give stands in no file.
   */
  readonly options: Options;
  /** Loads the adapter, once a cloud of this provider is connected. */
  load(): Promise<CreateStorage>;
  /** Where tags of a snapshot can change only by calls of this provider's own: loads what makes them. */
  readonly loadTagWriter?: (() => Promise<WriteSnapshotTag>) | undefined;
  /**
   * What of the configuration of a cloud with these options tells one account from another: the names of options, and of
   * credentials (without them, all do). What else differs is the same account. Default: everything tells.
   */
  readonly accountKeys?:
    | ((options: CloudConfig["options"]) => {
        /** Names of options. */
        readonly options: readonly string[];
        /** Names of credentials. */
        readonly credentials?: readonly string[];
      })
    | undefined;
  /**
   * In words, where credentials and address of a cloud are from whose configuration names none. Default: the adapter's own
   * variables, and the provider's address.
   */
  readonly usualSources?:
    | ((options: CloudConfig["options"]) => {
        /** Such as `clouds.yaml: shop`. */
        readonly credentials: string;
        /** Such as `where the login leads`. */
        readonly address: string;
      })
    | undefined;
}

const CLOUD_OF_FILE: Option<string> = option(z.string().check(z.minLength(1)), {
  allowed: "a text that is not empty",
  description: "Name of the cloud in `clouds.yaml`, which then says all that does not stand here.",
  defaultText: "`OS_CLOUD`",
  example: "shop",
});

/** What names an account of OpenStack: its project, else who logs in; both within one identity service. */
const PROJECT = ["projectId", "projectName", "projectDomainId", "projectDomainName"];
const CREDENTIAL = ["applicationCredentialId", "applicationCredentialName", "userId", "username"];
const SERVICE = ["cloud", "authUrl", "baseUrl"];

/** The providers that come with Polyvol. Adding one is adding an entry. */
export const PROVIDERS: readonly ProviderRegistration[] = [
  {
    provider: "digitalocean",
    options: digitalOceanOptions.all,
    accountKeys: () => ({ options: ["baseUrl"], credentials: ["token"] }),
    load: async () => createDigitalOceanStorage,
    loadTagWriter: async () => writeDigitalOceanTag,
  },
  {
    provider: "samsung-scp",
    options: samsungScpOptions.all,
    accountKeys: () => ({ options: ["environment", "baseUrl"], credentials: ["accessKey"] }),
    load: async () => createSamsungScpStorage,
  },
  {
    provider: "openstack",
    options: { cloud: CLOUD_OF_FILE, ...openStackOptions.all },
    accountKeys: (options) => {
      const named = [PROJECT, CREDENTIAL].find((keys) => keys.some((key) => options[key] !== undefined));
      return { options: [...SERVICE, ...(named ?? [])], ...(named === undefined ? {} : { credentials: [] }) };
    },
    usualSources: ({ cloud, authUrl }) => {
      const usual = authUrl === undefined ? "the variables OS_…, or clouds.yaml" : "the variables OS_…";
      return {
        credentials: cloud === undefined ? usual : `clouds.yaml: ${cloud}`,
        address: "where the login leads",
      };
    },
    load: async () => {
      // A file that cannot be read is the trouble of those alone who need it.
      const clouds = await readCloudsFile(process.env).catch((error: ConfigError) => error);
      return ({ cloud, ...options }) => {
        const chosen = chooseCloud(clouds, { cloud, ...options }, process.env);
        if (chosen === undefined) return createOpenStackStorage(options);
        try {
          return createOpenStackStorage({ ...optionsOfCloud(chosen), ...options });
        } catch (error) {
          if (!isPolyvolError(error, "invalid_argument")) throw error;
          throw missingInFile(chosen, error) ?? error;
        }
      };
    },
    loadTagWriter: async () => writeOpenStackTag,
  },
];

/** Those and more; of two with one name the later counts. */
export function providersByName(
  more: readonly ProviderRegistration[] = [],
): ReadonlyMap<string, ProviderRegistration> {
  return new Map([...PROVIDERS, ...more].map((one) => [one.provider, one]));
}

/**
 * What changes the tags of snapshots on the provider of a storage; `undefined` where it has no calls of its own for
 * that.
 * @param more Providers beside those that come with Polyvol
 */
export async function snapshotTagWriter(
  storage: Pick<BlockStorage, "provider">,
  more: readonly ProviderRegistration[] = [],
): Promise<WriteSnapshotTag | undefined> {
  return await providersByName(more).get(storage.provider)?.loadTagWriter?.();
}
