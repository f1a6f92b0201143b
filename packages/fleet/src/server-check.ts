import { FleetError } from "./fleet-error.ts";

/** The oldest versions that a fleet runs on: BullMQ warns of older ones, and 5.0 is the oldest that it knows. */
const OLDEST = { redis: "6.2.0", valkey: "7.2.0" } as const;

/** Whether a server keeps what it is given. Without it, jobs are put on the queue again after a restart, and nothing worse. */
export interface ServerFacts {
  /** `redis` or `valkey`. */
  readonly kind: keyof typeof OLDEST;
  /** Its own version. */
  readonly version: string;
}

/**
 * Reads what a server says of itself (`INFO`) and refuses one that would lose jobs.
 *
 * @param where the server for messages, without a password
 * @throws FleetError `unsuitable`
 */
export function checkServer(where: string, info: string): ServerFacts {
  const facts = new Map(
    info.split(/\r?\n/).map((line): [string, string] => {
      const [key = "", ...value] = line.split(":");
      return [key, value.join(":")];
    }),
  );
  const kind = facts.has("valkey_version") ? "valkey" : "redis";
  const version = facts.get(`${kind}_version`) ?? "";
  const oldest = OLDEST[kind];
  const refuse = (found: string, allowed: string): FleetError =>
    new FleetError("unsuitable", `${where}: found ${found}; allowed: ${allowed}`);
  if (!isAtLeast(version, oldest)) {
    throw refuse(
      `${kind} ${version === "" ? "of an unknown version" : version}`,
      `${kind} ${oldest} or newer`,
    );
  }
  if (facts.get("redis_mode") === "cluster" || facts.get("server_mode") === "cluster") {
    throw refuse("a cluster", "one server, or the primary behind a Sentinel or a managed service");
  }
  if (facts.get("role") === "slave") throw refuse("a replica, which can only be read", "the primary");
  const policy = facts.get("maxmemory_policy");
  if (policy !== undefined && policy !== "noeviction") {
    throw refuse(
      `maxmemory-policy ${policy}, which drops jobs when memory is full`,
      "maxmemory-policy noeviction (redis-cli config set maxmemory-policy noeviction, and in its configuration)",
    );
  }
  return { kind, version };
}

function isAtLeast(version: string, oldest: string): boolean {
  const [found, wanted] = [version, oldest].map((each) => each.split(".").map(Number));
  if (found === undefined || wanted === undefined || found.some(Number.isNaN)) return false;
  for (const [index, part] of wanted.entries()) {
    const own = found[index] ?? 0;
    if (own !== part) return own > part;
  }
  return true;
}
