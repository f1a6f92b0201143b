import type { BlockStorage } from "@polyvol/core";
import { suggestion } from "@polyvol/core/driver";
import { compareText } from "./compare-text.ts";
import { isAbout } from "./policy/policy.ts";
import type { Policy } from "./policy/types.ts";
import { invalidArgument, type PolicyProblem, showFound } from "./retention/policy-error.ts";

/**
 * The clouds by the names of the configuration. One that could not be opened (its credentials are missing, say) is
 * given as its error: it is reported as failed, and the others go on.
 */
export type Clouds =
  | ReadonlyMap<string, BlockStorage | Error>
  | Readonly<Record<string, BlockStorage | Error>>;

/** One cloud under its name. */
export interface NamedCloud {
  readonly name: string;
  readonly storage: BlockStorage | Error;
}

/** All clouds, by name. */
export function listClouds(clouds: Clouds): readonly NamedCloud[] {
  const entries =
    clouds instanceof Map ? [...clouds] : Object.entries(clouds as Record<string, BlockStorage>);
  const problems = entries
    .filter(([, storage]) => typeof storage !== "object" || storage === null)
    .map(([name, found]) => ({
      path: `clouds.${name}`,
      found: typeof found === "function" ? "a function" : showFound(found),
      allowed: "a storage, or the error why there is none",
    }));
  if (problems.length > 0) throw invalidArgument(problems);
  return entries.map(([name, storage]) => ({ name, storage })).sort((a, b) => compareText(a.name, b.name));
}

/** The storage of that name. @throws PolicyError `invalid_argument` for an unknown name; the cloud's own error */
export function cloudNamed(clouds: Clouds, name: string): BlockStorage {
  const all = listClouds(clouds);
  const found = all.find((each) => each.name === name);
  if (found === undefined) throw invalidArgument([unknownCloud("cloud", name, all)]);
  if (found.storage instanceof Error) throw found.storage;
  return found.storage;
}

/**
 * The clouds that at least one policy is about.
 *
 * @param elsewhere names of clouds that are there and were not given
 * @throws PolicyError `invalid_argument` for names that do not exist
 */
export function cloudsOf(
  policies: readonly Policy[],
  clouds: Clouds,
  elsewhere: ReadonlySet<string> = new Set(),
): readonly NamedCloud[] {
  const all = listClouds(clouds);
  const names = new Set([...all.map(({ name }) => name), ...elsewhere]);
  const problems = policies.flatMap(({ id, select }) =>
    (select.clouds ?? [])
      .filter((name) => !names.has(name))
      .map((name) => unknownCloud(`policies.${id}.select.cloud`, name, all)),
  );
  if (problems.length > 0) throw invalidArgument(problems);
  return all.filter(({ name }) => policies.some((policy) => isAbout(policy, name)));
}

function unknownCloud(path: string, name: string, all: readonly NamedCloud[]): PolicyProblem {
  const names = all.map((each) => each.name);
  const allowed = names.length === 0 ? "nothing: there are no clouds" : names.join(", ");
  return { path, found: showFound(name), allowed, ...suggestion(name, names) };
}
