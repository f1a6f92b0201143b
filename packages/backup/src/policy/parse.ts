import { omitUndefined } from "@polyvol/core/driver";
import * as z from "zod";
import { parseInterval } from "../duration.ts";
import { invalidArgument, type PolicyProblem, parseOrThrow, showFound } from "../retention/policy-error.ts";
import { parseSchedule } from "../schedule/schedule.ts";
import {
  type HookDefinition,
  type OffsiteDefinition,
  type PolicyDefinition,
  policiesSchema,
  type SelectDefinition,
} from "./definition.ts";
import type { Hook, Offsite, OneOrMore, Policy } from "./types.ts";

/** Longest id of a policy. */
const MAX_ID = 32;
const anId = `an id of letters, digits and - between them, up to ${MAX_ID}`;
const ID = /^[A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*$/;
const DEFAULTS = { prefix: "polyvol", concurrency: 8, maxShare: 0.5, timeoutMs: 60_000 };
/** Of the part about what leaves the cloud. */
const OFFSITE_DEFAULTS = { everyMs: 86_400_000, timeoutMs: 86_400_000 };

/**
 * Checks policies (see {@link PolicyDefinitions}) and fills in their defaults. In the order of their ids.
 *
 * @throws PolicyError `invalid_argument`, listing each path, what was found and what is allowed: no policy at all, an
 * id that cannot be part of a name or comes twice but for capitals, an unknown key or zone, contradictory rules.
 */
export function parsePolicies(value: unknown): readonly Policy[] {
  // No schema sees it: it would be left out without a word.
  if (typeof value === "object" && value !== null && Object.hasOwn(value, "__proto__"))
    throw invalidArgument([{ path: "policies.__proto__", found: showFound("__proto__"), allowed: anId }]);
  const definitions = parseOrThrow(policiesSchema, value, "policies");
  const ids = Object.keys(definitions).sort();
  const problems = [...idProblems(ids), ...formerIdProblems(definitions)];
  if (problems.length > 0) throw invalidArgument(problems);
  return ids.flatMap((id) => {
    const definition = definitions[id];
    return definition === undefined ? [] : [resolve(id, definition)];
  });
}

/** A JSON Schema of what {@link parsePolicies} takes, for editors. Zones, patterns and spans are checked by code only. */
export function policiesJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(policiesSchema, { io: "input", unrepresentable: "any" });
}

function idProblems(ids: readonly string[]): PolicyProblem[] {
  if (ids.length === 0) return [{ path: "policies", found: "{}", allowed: "at least one policy" }];
  const seen = new Map<string, string>();
  return ids.flatMap((id) => {
    const path = `policies.${id}`;
    if (!ID.test(id) || id.length > MAX_ID) return [{ path, found: showFound(id), allowed: anId }];
    const twin = seen.get(id.toLowerCase());
    seen.set(id.toLowerCase(), id);
    const allowed = "ids that differ by more than capitals";
    return twin === undefined ? [] : [{ path, found: `${showFound(id)} beside ${showFound(twin)}`, allowed }];
  });
}

/** A snapshot has one owner. */
function formerIdProblems(definitions: Readonly<Record<string, PolicyDefinition>>): PolicyProblem[] {
  const owners = new Map(Object.keys(definitions).map((id) => [id.toLowerCase(), id]));
  return Object.keys(definitions)
    .sort()
    .flatMap((id) =>
      listOf(definitions[id]?.formerIds ?? []).flatMap((former): PolicyProblem[] => {
        const path = `policies.${id}.formerIds`;
        if (!ID.test(former) || former.length > MAX_ID)
          return [{ path, found: showFound(former), allowed: anId }];
        const owner = owners.get(former.toLowerCase());
        owners.set(former.toLowerCase(), id);
        const allowed = `an id that no policy has or had: its snapshots are those of policy ${owner}`;
        return owner === undefined ? [] : [{ path, found: showFound(former), allowed }];
      }),
    );
}

function resolve(id: string, definition: PolicyDefinition): Policy {
  const { schedule, retention, brakes, hooks, offsite } = definition;
  return omitUndefined({
    id,
    formerIds: listOf(definition.formerIds ?? []),
    select: resolveSelect(definition.select),
    schedule: parseSchedule(schedule),
    retention: { ...retention, timezone: retention.timezone ?? schedule.timezone },
    prefix: definition.prefix ?? DEFAULTS.prefix,
    allowEmpty: definition.allowEmpty ?? false,
    allowAttached: definition.allowAttached ?? true,
    concurrency: definition.concurrency ?? DEFAULTS.concurrency,
    brakes: {
      maxShare: brakes?.maxShare ?? DEFAULTS.maxShare,
      minAgeMs: parseInterval(brakes?.minAge ?? "") ?? 0,
    },
    hooks: omitUndefined({
      before: hooks?.before && resolveHook(hooks.before),
      after: hooks?.after && resolveHook(hooks.after),
    }),
    offsite: offsite && resolveOffsite(offsite),
  });
}

function resolveSelect({ cloud, name, id, tags }: SelectDefinition): Policy["select"] {
  return omitUndefined({
    clouds: cloud === undefined ? undefined : listOf(cloud),
    names: name === undefined ? undefined : listOf(name),
    ids: id === undefined ? undefined : listOf(id),
    tags: tags === undefined ? undefined : listOf(tags),
  });
}

function listOf(value: OneOrMore): readonly string[] {
  return typeof value === "string" ? [value] : [...new Set(value)];
}

function resolveHook({ command, timeout, environment = [] }: HookDefinition): Hook {
  return {
    command: commandOf(command),
    timeoutMs: parseInterval(timeout ?? "") ?? DEFAULTS.timeoutMs,
    environment,
  };
}

function resolveOffsite(definition: OffsiteDefinition): Offsite {
  const { command, every, timeout, mount = false, environment = [] } = definition;
  return {
    command: commandOf(command),
    everyMs: parseInterval(every ?? "") ?? OFFSITE_DEFAULTS.everyMs,
    timeoutMs: parseInterval(timeout ?? "") ?? OFFSITE_DEFAULTS.timeoutMs,
    mount,
    environment,
  };
}

function commandOf([program = "", ...parameters]: readonly string[]): [string, ...string[]] {
  return [program, ...parameters];
}
