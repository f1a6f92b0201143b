import { Redis, type RedisOptions } from "ioredis";
import { FleetError } from "./fleet-error.ts";

/** Where jobs are kept. */
export interface FleetConnection {
  /** `redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE]`; `rediss://` for TLS. Valkey takes the same. */
  readonly redisUrl: string;
  /** Name of the queue, for several fleets on one server: letters, digits, `.`, `_` and `-`. Default `polyvol`. */
  readonly queue?: string | undefined;
}

/** How long one attempt to connect may take. */
const CONNECT_MS = 10_000;
/** A server that was lost is asked again after so long at the most. */
const LONGEST_PAUSE_MS = 2_000;

/**
 * Connects to the server and looks whether it is fit for a fleet.
 *
 * @param lasting whether commands wait for a server that was lost (a worker) or fail (whoever asks once)
 * @throws FleetError `invalid_argument`, `unreachable`, `unauthenticated` or `unsuitable`
 */
export async function openRedis({ redisUrl }: FleetConnection, lasting: boolean): Promise<Redis> {
  const where = addressOf(redisUrl);
  const probe = connection(redisUrl, { retryStrategy: () => null, lazyConnect: true });
  let last: unknown;
  probe.on("error", (error) => {
    last = error;
  });
  try {
    await probe.connect();
    checkServer(where, await probe.info());
  } catch (error) {
    throw error instanceof FleetError ? error : inWords(where, last ?? error);
  } finally {
    probe.disconnect();
  }
  return connection(redisUrl, {
    maxRetriesPerRequest: lasting ? null : 1,
    retryStrategy: (times) => Math.min(100 * 2 ** Math.min(times, 10), LONGEST_PAUSE_MS),
  });
}

function connection(url: string, options: Omit<RedisOptions, "replyMapping">): Redis {
  const redis = new Redis(url, { protocol: 2, connectTimeout: CONNECT_MS, ...options });
  // Each command fails by itself, and a worker hears of it from BullMQ; without a listener it is printed.
  redis.on("error", () => undefined);
  return redis;
}

/** The address without user, password and parameters. @throws FleetError `invalid_argument` for what is none */
export function addressOf(redisUrl: string): string {
  const url = URL.canParse(redisUrl) ? new URL(redisUrl) : undefined;
  if (url === undefined || !["redis:", "rediss:"].includes(url.protocol) || url.hostname === "") {
    const allowed =
      "redis://HOST:6379 or rediss://HOST:6379 (TLS), with USER:PASSWORD@ before the host where needed";
    throw new FleetError(
      "invalid_argument",
      `redisUrl: found a text that is no address of Redis; allowed: ${allowed}`,
    );
  }
  const path = url.pathname === "/" ? "" : url.pathname;
  return `${url.protocol}//${url.hostname}:${url.port === "" ? "6379" : url.port}${path}`;
}

/** Asks the server something. @throws FleetError where it does not answer */
export async function asked<T>({ redisUrl }: FleetConnection, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw inWords(addressOf(redisUrl), error);
  }
}

/** Why it could not be asked, in words. */
function inWords(where: string, error: unknown): FleetError {
  const { message, code } = error as { readonly message?: string; readonly code?: string };
  const text = message ?? String(error);
  if (/WRONGPASS|NOAUTH|invalid password|invalid username|without any password configured/i.test(text)) {
    const found = /NOAUTH/.test(text)
      ? "no password, and it asks for one"
      : "a user or password that it refuses";
    return new FleetError("unauthenticated", `${where}: found ${found}; allowed: redis://USER:PASSWORD@HOST`);
  }
  if (/^Reached the max retries|^Connection is closed/.test(text)) {
    return new FleetError("unreachable", `${where} has gone away`, { cause: error });
  }
  const reason = REASONS[code ?? ""] ?? text.replaceAll(/:\/\/[^@\s]*@/g, "://");
  return new FleetError("unreachable", `${where} does not answer: ${reason}`, { cause: error });
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there (ECONNREFUSED)",
  ENOTFOUND: "there is no host of that name (ENOTFOUND)",
  EAI_AGAIN: "names cannot be looked up now (EAI_AGAIN)",
  ETIMEDOUT: "no answer in time (ETIMEDOUT)",
  ECONNRESET: "the connection was cut (ECONNRESET)",
  EPIPE: "the connection was cut (EPIPE)",
};

/** The oldest versions that a fleet runs on: BullMQ warns of older ones, and 5.0 is the oldest that it knows. */
const OLDEST = { redis: "6.2.0", valkey: "7.2.0" } as const;

/** Whether a server keeps what it is given. Without it, jobs are put on the queue again after a restart, and nothing worse. */
interface ServerFacts {
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
function checkServer(where: string, info: string): ServerFacts {
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
