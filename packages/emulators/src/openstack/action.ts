import type * as z from "zod";
import { checkMember, type Rules, readJson } from "./bodies.ts";
import { type Call, volumeOf } from "./call.ts";
import type { VolumeRecord } from "./records.ts";
import { badRequest, refusal } from "./responses.ts";

/** An action on what the path names. `fields`: the one member of the body. */
export type Action = (call: Call, fields: unknown, name: string) => void;

/** An action whose fields are checked before the volume is looked for, as the service does. */
export function action<Schema extends z.ZodObject>(
  schema: Schema,
  rules: Rules,
  run: (call: Call, volume: VolumeRecord, fields: z.output<Schema>) => void,
): Action {
  return (call, fields, name) => {
    const checked = checkMember(fields, name, schema, rules);
    run(call, volumeOf(call), checked);
  };
}

/** An action of whose fields the service reads none. */
export function plainAction(run: (call: Call, volume: VolumeRecord) => void): Action {
  return (call) => run(call, volumeOf(call));
}

/** An action that is for administrators, of a resource that `find` finds, or throws 404. */
export function forbidden(kind: "volume" | "snapshot", find: (call: Call) => unknown): Action {
  return (call, _, name) => {
    find(call);
    const policy = `volume_extension:${kind}_admin_actions:${name.replace("os-", "")}`;
    throw refusal(403, `Policy doesn't allow ${policy} to be performed.`);
  };
}

/** Does what the one member of the body says; returns its name. */
export function act(call: Call, actions: Readonly<Record<string, Action>>): string {
  const body = Object(readJson(call.request)) as Readonly<Record<string, unknown>>;
  const [name = "", ...more] = Object.keys(body);
  if (name === "" || more.length > 0) throw badRequest("Malformed request body");
  const run = actions[name];
  if (run === undefined)
    throw badRequest(
      `There is no such action: ${name}. Verify the request body and Content-Type header and try again.`,
    );
  run(call, body[name], name);
  return name;
}
