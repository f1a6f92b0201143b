import type { BlockStorageOptions, RequestQuota } from "@polyvol/core";
import {
  type AdapterOptions,
  type AdapterSettings,
  createAdapterOptions,
  type HttpOptions,
  httpOptions,
  option,
  secretOption,
  type ValuesOf,
} from "@polyvol/core/driver";
import * as z from "zod/mini";

const own = {
  /**
   * API token: the value, `{ file }`, or a callback that is asked before every request (rotation). Default: the
   * environment variable `DIGITALOCEAN_TOKEN`, else `DIGITALOCEAN_ACCESS_TOKEN`.
   */
  token: secretOption("a token, { file: path } or a callback", {
    description: "API token",
    required: true,
    variables: ["DIGITALOCEAN_TOKEN", "DIGITALOCEAN_ACCESS_TOKEN"],
  }),
  /** Slug of the region for volumes whose creation names none, such as `nyc3`. Default: none, each has to name one. */
  region: option(z.string().check(z.regex(/^[a-z0-9-]+$/)), {
    allowed: 'the slug of a region, such as "nyc3"',
    description: "Slug of the region for volumes whose creation names none, such as `nyc3`.",
    defaultText: "none, each has to name one",
  }),
  /** Origin of the API. Plain `http:` for loopback addresses only. Default: `https://api.digitalocean.com`. */
  baseUrl: {
    ...httpOptions.baseUrl,
    description: "Origin of the API. Plain `http:` for loopback addresses only.",
    default: "https://api.digitalocean.com",
  },
  /**
   * Request quotas to keep to, for instance a share where other programs use the account, too; headers do not replace
   * them. Default: 5,000 in an hour and 250 in a minute, corrected by the headers of answers.
   */
  quotas: {
    ...httpOptions.quotas,
    description:
      "Request quotas to keep to, for instance a share where other programs use the account, too; headers do not replace them.",
    defaultText: "5,000 in an hour and 250 in a minute, corrected by the headers of answers",
  },
};

/** What belongs to DigitalOcean. All of it is optional where the environment holds a token. */
export interface DigitalOceanDriverOptions
  extends ValuesOf<typeof own>,
    HttpOptions,
    Pick<BlockStorageOptions, "clock"> {}

/** Options of `createDigitalOceanStorage`: DigitalOcean's own and those of every storage. */
export interface DigitalOceanStorageOptions extends DigitalOceanDriverOptions, BlockStorageOptions {}

/** Every option of `createDigitalOceanStorage` as data, for those who read configurations or document them. */
export const digitalOceanOptions: AdapterOptions<typeof own> = createAdapterOptions(own);

/** The options, checked and complete. Never printed: `own` can hold the token. */
export interface Settings extends AdapterSettings<typeof own> {
  /** Set by the user; headers do not replace them. */
  readonly quotas: readonly RequestQuota[] | undefined;
  /** How many snapshots a volume may have. */
  readonly snapshotsPerVolume: number;
}

/**
 * Checks options and fills in what they leave out.
 * @throws PolyvolError `invalid_argument` naming the option, what was found (never a secret) and what is allowed
 */
export function readOptions(
  given: DigitalOceanStorageOptions,
  environment?: Readonly<Record<string, string | undefined>>,
): Settings {
  const settings = digitalOceanOptions.read(given, environment);
  const { requestQuotas, snapshotsPerVolume } = settings.storage.limits ?? {};
  return {
    ...settings,
    quotas: settings.own.quotas ?? requestQuotas,
    snapshotsPerVolume: typeof snapshotsPerVolume === "number" ? snapshotsPerVolume : 25,
  };
}
