import type { BlockStorageOptions, Clock, RequestQuota } from "@polyvol/core";
import {
  type AdapterOptions,
  type AdapterSettings,
  createAdapterOptions,
  type HttpOptions,
  httpOptions,
  option,
  refusedArgument,
  secretOption,
  show,
  systemClock,
  type ValuesOf,
} from "@polyvol/core/driver";
import * as z from "zod/mini";
import { KNOWN_VERSIONS } from "./api-versions.ts";

/** The provider's clouds: `s` Samsung, `g` Sovereign (public sector), `e` Enterprise. */
export type SamsungScpEnvironment = "s" | "g" | "e";

const REGIONS: Readonly<Record<SamsungScpEnvironment, readonly string[]>> = {
  s: ["kr-west1", "kr-east1"],
  g: ["kr-south1", "kr-south2", "kr-south3"],
  e: ["kr-west1", "kr-east1"],
};

const SECRET = "text without white space, { file: path } or a callback";

const own = {
  /** Access key id: the value, `{ file }`, or a callback asked before every request. Else `SCP_ACCESS_KEY`. */
  accessKey: secretOption(SECRET, {
    description: "access key",
    required: true,
    variables: ["SCP_ACCESS_KEY"],
  }),
  /** Secret key, given like the access key. It signs requests and is never sent. Else `SCP_SECRET_KEY`. */
  secretKey: secretOption(SECRET, {
    description: "secret key",
    required: true,
    variables: ["SCP_SECRET_KEY"],
  }),
  /**
   * Session token of temporary credentials, sent as `X-Auth-Token`. Unproven: how the service wants it is not
   * documented; the vendor's own client has that header for a token.
   */
  sessionToken: secretOption(SECRET, { description: "session token of temporary credentials" }),
  /** Region that volumes are made and listed in, such as `kr-west1`. Default: `SCP_REGION`. */
  region: option(z.string().check(z.regex(/^[a-z0-9][a-z0-9-]*$/)), {
    allowed: "the id of a region, such as kr-west1",
    description: "Region that volumes are made and listed in, such as `kr-west1`.",
    defaultText: "`SCP_REGION`",
    required: true,
    variables: ["SCP_REGION"],
  }),
  /**
   * Which of the provider's clouds: `s` (Samsung), `g` (Sovereign) or `e` (Enterprise). Not needed with `baseUrl`. Default:
   * `SCP_ENVIRONMENT`.
   */
  environment: option(z.enum(["s", "g", "e"]), {
    allowed: "s (Samsung), g (Sovereign) or e (Enterprise)",
    description:
      "Which of the provider's clouds: `s` (Samsung), `g` (Sovereign) or `e` (Enterprise). Not needed with `baseUrl`.",
    defaultText: "`SCP_ENVIRONMENT`",
    example: "e",
    variables: ["SCP_ENVIRONMENT"],
  }),
  /**
   * Origin of the service. Plain `http:` for loopback addresses only. Without `environment`, any region is taken.
   * Default: `https://virtualserver.{region}.{environment}.samsungsdscloud.com`.
   */
  baseUrl: {
    ...httpOptions.baseUrl,
    description:
      "Origin of the service. Plain `http:` for loopback addresses only. Without `environment`, any region is taken.",
    defaultText: "`https://virtualserver.{region}.{environment}.samsungsdscloud.com`",
    example: "http://127.0.0.1:4020",
  },
  /**
   * `negotiate`: the newest version that service and adapter both know and that is not withdrawn. An exact version is
   * sent as it is, and the service's list is not read. Default: `negotiate`.
   */
  apiVersion: option(z.enum(["negotiate", ...KNOWN_VERSIONS]), {
    allowed: `negotiate, ${KNOWN_VERSIONS.join(", ")}`,
    description:
      "`negotiate`: the newest version that service and adapter both know and that is not withdrawn. An exact version is sent as it is, and the service's list is not read.",
    default: "negotiate",
    example: "1.3",
  }),
  /** Negotiation reports a version that ends within so many days by a `version` event. Default 90. */
  versionWarningDays: option(z.int().check(z.nonnegative()), {
    allowed: "a whole number of days from 0",
    description: "Negotiation reports a version that ends within so many days by a `version` event.",
    default: 90,
    example: 30,
  }),
  /** Language of the service's error texts. Default: `en-US`. */
  acceptLanguage: option(z.enum(["en-US", "ko-KR"]), {
    allowed: "en-US or ko-KR",
    description: "Language of the service's error texts.",
    default: "en-US",
    example: "ko-KR",
  }),
  /** Within how many milliseconds after a request its effect shows in listings. Default 2,000. */
  settleMs: option(z.int().check(z.nonnegative()), {
    allowed: "a whole number of milliseconds from 0",
    description: "Within how many milliseconds after a request its effect shows in listings.",
    default: 2_000,
    example: 5_000,
  }),
  /** Request quotas to keep to. Default: none, as none are documented. */
  quotas: { ...httpOptions.quotas, defaultText: "none, as none are documented" },
};

/** What belongs to Samsung Cloud Platform. What is left out comes from the environment variable or default named. */
export interface SamsungScpDriverOptions
  extends ValuesOf<typeof own>,
    HttpOptions,
    Pick<BlockStorageOptions, "clock"> {}

/** Options of `createSamsungScpStorage`: the provider's own and those of every storage. */
export interface SamsungScpStorageOptions extends SamsungScpDriverOptions, BlockStorageOptions {}

/** Every option of `createSamsungScpStorage` as data, for those who read configurations or document them. */
export const samsungScpOptions: AdapterOptions<typeof own> = createAdapterOptions(own);

/** The options, checked and complete. Never printed: `own` can hold the keys. */
export interface Settings extends AdapterSettings<typeof own> {
  readonly baseUrl: string;
  readonly clock: Clock;
  readonly quotas: readonly RequestQuota[];
}

/**
 * Checks options and fills in what they leave out.
 * @throws PolyvolError `invalid_argument` naming the option, what was found (never a secret) and what is allowed
 */
export function readOptions(
  given: SamsungScpStorageOptions,
  environment?: Readonly<Record<string, string | undefined>>,
): Settings {
  const settings = samsungScpOptions.read(given, environment);
  const { own, storage } = settings;
  if (own.baseUrl === undefined && own.environment === undefined) {
    samsungScpOptions.missing("environment");
  }
  const regions = own.environment && REGIONS[own.environment];
  if (regions !== undefined && !regions.includes(own.region)) {
    const allowed = `allowed in environment ${own.environment}: ${regions.join(", ")}`;
    throw refusedArgument(`option region: found ${show(own.region)}, ${allowed}`);
  }
  return {
    ...settings,
    baseUrl: own.baseUrl ?? `https://virtualserver.${own.region}.${own.environment}.samsungsdscloud.com`,
    clock: storage.clock ?? systemClock,
    quotas: own.quotas ?? storage.limits?.requestQuotas ?? [],
  };
}
