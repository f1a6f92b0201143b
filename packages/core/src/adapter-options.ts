import * as z from "zod/mini";
import { type HttpOptions, httpOptions } from "./http/options.ts";
import {
  type FilledOf,
  type Option,
  type Options,
  parseValues,
  type RequiredOption,
  refusedValues,
  withDefaults,
} from "./option.ts";
import { environmentVariables, type Variables } from "./platform.ts";
import { isHeaderSafe, type SecretSource } from "./secret.ts";
import { type BlockStorageOptions, storageOptions } from "./storage-options.ts";

/** The options of an adapter, each part for the one that it is for. */
export interface AdapterSettings<Own extends Options> {
  /** The adapter's own, credentials among them, with the defaults filled in. */
  readonly own: FilledOf<Own>;
  /** For `createHttpClient`: no credential is among them. */
  readonly http: HttpOptions & Pick<BlockStorageOptions, "clock">;
  /** For `createBlockStorage`: no credential is among them. */
  readonly storage: BlockStorageOptions;
}

/** All that is known of the options of an adapter. */
export interface AdapterOptions<Own extends Options = Options> {
  /** Every option by name: the adapter's own, those of its HTTP client, and those of every storage. */
  readonly all: Options;
  /**
   * Checks options, adds what environment variables hold, and takes them apart.
   * @param environment Default: that of the process, where the runtime has one and lets us read it
   * @throws PolyvolError `invalid_argument` naming the option or variable, what was found (never a secret) and what is
   * allowed
   */
  read(given: unknown, environment?: Variables): AdapterSettings<Own>;
  /**
   * For an option that turned out to be needed and is not given.
   * @throws PolyvolError `invalid_argument` naming it, what is allowed and the variables that would do
   */
  missing(name: keyof Own & string, readsVariables?: boolean): never;
}

/**
 * Makes the options of an adapter from those that are its own. They are declared with `option` and `secretOption`; one
 * with the name of an option of the HTTP client stands in for it.
 */
export function createAdapterOptions<Own extends Options>(own: Own): AdapterOptions<Own> {
  // Its own come first, and count beside those of the HTTP client.
  const all: Options = { ...own, ...httpOptions, ...own, ...storageOptions };
  // What is missing is said below, after the variables were looked at.
  const rules = Object.fromEntries(
    Object.entries(all).map(([name, each]) => [name, { ...each, required: false }]),
  );

  function missing(name: string, readsVariables = true): never {
    const { allowed, variables = [] } = all[name] as Option;
    const or =
      variables.length === 0 || !readsVariables
        ? ""
        : ` or the environment variable ${variables.join(" or ")}`;
    throw refusedValues([{ path: [name], found: "none", allowed: `${allowed}; set it${or}` }], "option");
  }

  function read(given: unknown, environment: Variables = environmentVariables()): AdapterSettings<Own> {
    const values: Readonly<Record<string, unknown>> = {
      ...fromVariables(own, given, environment),
      ...parseValues(given, rules, "option"),
    };
    for (const [name, { required }] of Object.entries(own)) {
      if (required && values[name] === undefined) missing(name);
    }
    const filled = withDefaults(pick(values, own), own);
    return {
      own: filled as FilledOf<Own>,
      http: pick({ ...values, ...filled }, { ...httpOptions, clock: storageOptions.clock }),
      storage: pick(values, storageOptions),
    };
  }

  return { all, read, missing };
}

type SaidOfSecret = Pick<Option, "description" | "required" | "variables">;

/**
 * Declares a credential: the value, a file that holds it, or a callback.
 * @param isFit Whether a value can be one. Default: what can stand in a header.
 */
export function secretOption(
  allowed: string,
  said: SaidOfSecret & { readonly required: true },
  isFit?: (value: unknown) => boolean,
): RequiredOption<SecretSource>;
export function secretOption(
  allowed: string,
  said: SaidOfSecret,
  isFit?: (value: unknown) => boolean,
): Option<SecretSource>;
export function secretOption(
  allowed: string,
  said: SaidOfSecret,
  isFit: (value: unknown) => boolean = isHeaderSafe,
): Option<SecretSource> {
  const callback = z.custom<() => string | Promise<string>>((value) => typeof value === "function");
  const file = z.readonly(z.strictObject({ file: z.string().check(z.minLength(1)) }));
  const schema = z.union([z.string().check(z.refine(isFit)), file, callback]);
  return { ...said, schema, allowed, hidden: true, secret: true };
}

/** What variables hold for options that are left out. A variable of white space is one that is not set. */
function fromVariables(own: Options, given: unknown, environment: Variables): Record<string, unknown> {
  const found = Object.entries(own).flatMap(([name, each]) => {
    if (typeof given !== "object" || (given as Record<string, unknown> | null)?.[name] !== undefined)
      return [];
    const variable = each.variables?.find((one) => environment[one]?.trim());
    if (variable === undefined) return [];
    const value = { [variable]: environment[variable]?.trim() };
    const checked = parseValues(value, { [variable]: each }, "environment variable");
    return [[name, checked[variable]] as const];
  });
  return Object.fromEntries(found);
}

function pick<T extends object>(values: Readonly<Record<string, unknown>>, names: object): T {
  return Object.fromEntries(Object.entries(values).filter(([name]) => Object.hasOwn(names, name))) as T;
}
