import { PolicyError, parsePolicies } from "../../packages/backup/src/index.ts";
import { ConfigError, type ConfigInput, parseConfig } from "../../packages/config/src/index.ts";

/** A value that no key takes. */
const WRONG = null;

/** What is allowed at a key, in the words of the error that a wrong value meets. */
export function allowedAt(id: string, key: string): string {
  const path = pathOf(id, key);
  if (path.join(".") === "clouds.main.credentials") return "a mapping of the provider's credentials";
  // May also be empty.
  if (path.join(".") === "clouds.main.options") return "a mapping of the adapter's options";
  const found = path[0] === "policies" ? policyProblems(path) : configProblems(path);
  const words = found.find((problem) => problem.path === path.join("."));
  if (words === undefined) throw new Error(`${path.join(".")} takes ${WRONG}`);
  return words.allowed;
}

function pathOf(id: string, key: string): readonly string[] {
  const clouds = ["clouds", "main"];
  if (id === "file") return [key];
  if (id === "cloud") return [...clouds, key];
  return [
    "policies",
    "nightly",
    ...(id === "policy" ? [] : [id, ...(id === "hooks" ? ["before"] : [])]),
    key,
  ];
}

interface Problem {
  readonly path: string;
  readonly allowed: string;
}

function configProblems(path: readonly string[]): readonly Problem[] {
  const value = { clouds: { main: { provider: "digitalocean" } } };
  set(value, path);
  return problemsOf(() => parseConfig(value as ConfigInput));
}

function policyProblems(path: readonly string[]): readonly Problem[] {
  if (path.length === 1) return problemsOf(() => parsePolicies(WRONG));
  const value = {
    policies: {
      nightly: {
        select: { name: "*" },
        schedule: { timezone: "UTC" },
        retention: { daily: 1 },
      },
    },
  };
  set(value, path);
  return problemsOf(() => parsePolicies(value.policies));
}

function problemsOf(parse: () => unknown): readonly Problem[] {
  try {
    parse();
    return [];
  } catch (error) {
    if (error instanceof ConfigError || error instanceof PolicyError) return error.problems;
    throw error;
  }
}

/** Puts the wrong value at a path, making what is missing on the way. */
function set(target: object, path: readonly string[]): void {
  let place = target as Record<string, unknown>;
  for (const step of path.slice(0, -1)) {
    place[step] ??= {};
    place = place[step] as Record<string, unknown>;
  }
  place[path.at(-1) ?? ""] = WRONG;
}
