import type { OpenStackStorageOptions } from "@polyvol/openstack";
import type { ConfigError } from "../config-error.ts";
import { COMMON_OPTIONS, type CodeOnly, HTTP_OPTIONS, oneOf, whole } from "./common-options.ts";
import { optionsFromClouds, readCloudsFile } from "./openstack-clouds-file.ts";
import type { OptionRule, ProviderRegistration } from "./registration.ts";

type Credential = "password" | "applicationCredentialSecret" | "token";
/** `cloud`: its name in `clouds.yaml`. */
type FromFile = Exclude<keyof OpenStackStorageOptions, CodeOnly | Credential | "region"> | "cloud";

const words: OptionRule = { schema: { type: "string", minLength: 1 }, allowed: "a text that is not empty" };
const apiVersion: OptionRule = {
  schema: { type: "string", pattern: "^(negotiate|3\\.(0|[1-9]\\d*))$" },
  allowed: "negotiate, or a microversion such as 3.50",
};

/** OpenStack. */
export const openStack: ProviderRegistration = {
  provider: "openstack",
  credentials: {
    password: { required: false, description: "password of the user", variables: ["OS_PASSWORD"] },
    applicationCredentialSecret: {
      required: false,
      description: "secret of the application credential",
      variables: ["OS_APPLICATION_CREDENTIAL_SECRET"],
    },
    token: { required: false, description: "token of Keystone", variables: ["OS_TOKEN"] },
  },
  options: {
    ...COMMON_OPTIONS,
    ...HTTP_OPTIONS,
    cloud: words,
    authUrl: { ...HTTP_OPTIONS.baseUrl },
    ...{ username: words, userId: words, userDomainName: words, userDomainId: words },
    ...{ projectName: words, projectId: words, projectDomainName: words, projectDomainId: words },
    ...{ applicationCredentialId: words, applicationCredentialName: words },
    interface: oneOf("public", "internal", "admin"),
    apiVersion,
    settleMs: whole(0, " of milliseconds"),
  } satisfies Record<FromFile, OptionRule>,
  load: async () => {
    const { createOpenStackStorage } = await import("@polyvol/openstack");
    // A file that cannot be read is the trouble of those alone who need it.
    const clouds = await readCloudsFile(process.env).catch((error: ConfigError) => error);
    return ({ cloud, ...options }) => {
      const own = optionsFromClouds(clouds, { cloud, ...options }, process.env);
      return createOpenStackStorage({ ...own, ...options } as OpenStackStorageOptions);
    };
  },
  loadTagWriter: async () => (await import("./openstack-tags.ts")).writeSnapshotTag,
};
