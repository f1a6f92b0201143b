import { type Call, type CallSetup, runCall } from "../call/call.ts";
import type { Runtime } from "../call/runtime.ts";
import type { Capability } from "../capabilities.ts";
import { refused } from "../errors.ts";
import { checkId } from "../input.ts";
import { omitUndefined } from "../omit-undefined.ts";
import type { CallOptions } from "../options.ts";

/** What is the same in every run of one public call. */
interface OperationRule extends Required<Pick<CallSetup, "waits" | "changes">> {
  /** The call in errors and events. Default: the name of the row. */
  readonly as?: string;
  /** What it needs, and what is said where that is missing. */
  readonly needs?: readonly [Capability, string];
}

const READ = { waits: false, changes: false } as const;
const CHANGE = { waits: true, changes: true } as const;
const START = { waits: false, changes: true } as const;

/** The public calls on volumes and snapshots that are one operation each; listings are many. */
const OPERATIONS = {
  "volumes.get": READ,
  "volumes.find": READ,
  "volumes.create": CHANGE,
  "volumes.beginCreate": { ...START, as: "volumes.create" },
  "volumes.resize": { ...CHANGE, needs: ["volumes.resize", "volumes cannot be resized here"] },
  "volumes.attach": { ...CHANGE, needs: ["volumes.attach", "volumes cannot be attached here"] },
  "volumes.detach": { ...CHANGE, needs: ["volumes.attach", "volumes cannot be detached here"] },
  "volumes.revert": {
    ...CHANGE,
    needs: ["volumes.revert", "a volume cannot be set back to a snapshot here; create a new volume from it"],
  },
  "volumes.rename": { ...CHANGE, needs: ["volumes.rename", "volumes cannot be renamed here"] },
  "volumes.delete": CHANGE,
  "snapshots.get": READ,
  "snapshots.find": READ,
  "snapshots.create": CHANGE,
  "snapshots.beginCreate": { ...START, as: "snapshots.create" },
  "snapshots.update": { ...CHANGE, needs: ["snapshots.update", "snapshots cannot be changed here"] },
  "snapshots.delete": CHANGE,
} as const satisfies Readonly<Record<string, OperationRule>>;

/** Runs one public call by its row of the table. */
export function runOperation<T>(
  runtime: Runtime,
  name: keyof typeof OPERATIONS,
  options: CallOptions | undefined,
  task: (call: Call) => Promise<T>,
): Promise<T> {
  return runCall(runtime, setupOf(name, options, undefined), (call) => task(call));
}

/** The same of a call about one resource, whose id is checked first. */
export function runOperationOn<T>(
  runtime: Runtime,
  name: keyof typeof OPERATIONS,
  id: string,
  options: CallOptions | undefined,
  task: (call: Call) => Promise<T>,
): Promise<T> {
  const { needs }: OperationRule = OPERATIONS[name];
  return runCall(runtime, setupOf(name, options, id), (call) => {
    if (needs !== undefined) requireCapability(runtime, ...needs);
    checkId(id, "id");
    return task(call);
  });
}

function setupOf(
  name: keyof typeof OPERATIONS,
  options: CallOptions | undefined,
  id: string | undefined,
): CallSetup {
  const { as = name, waits, changes }: OperationRule = OPERATIONS[name];
  const kind = name.startsWith("volumes.") ? "volume" : "snapshot";
  // What is no id is refused below, and names nothing.
  const resource = typeof id === "string" && id !== "" ? ({ kind, id } as const) : undefined;
  return { ...omitUndefined({ resource }), operation: as, options, waits, changes };
}

/** Refuses, before any request, what this provider cannot do. */
export function requireCapability({ capabilities }: Runtime, capability: Capability, what: string): void {
  if (capabilities.supports.includes(capability)) return;
  const reason = `${what} (needs the capability ${capability})`;
  throw refused("unsupported", reason);
}
