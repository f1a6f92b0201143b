import { type BlockStorage, PolyvolError } from "@polyvol/core";
import type { ServerIdentity } from "@polyvol/core/driver";

/** A metadata service is on the same machine or next to it: what takes longer is not there. */
const TIMEOUT_MS = 3_000;
const MOST_BYTES = 1_000_000;

/** How to ask. */
export interface FindServerOptions {
  /** Origin of the metadata service, such as `http://127.0.0.1:4010`. Default: the address that the provider documents. */
  readonly metadataUrl?: string | undefined;
  /** Time for each answer, in milliseconds. Default 3 seconds. */
  readonly timeoutMs?: number | undefined;
  /** Stops the call. */
  readonly abortSignal?: AbortSignal | undefined;
}

/**
 * Which server this program runs on, by the metadata service of the storage's provider. Asked directly: through no proxy,
 * following no redirect.
 *
 * @throws PolyvolError `unsupported` where no such service is documented; `unavailable` when none answers, as on any machine
 * that is no server of this provider; `malformed_response` for another answer than documented
 */
export async function findServer(
  storage: BlockStorage,
  options: FindServerOptions = {},
): Promise<ServerIdentity> {
  const { provider, driver } = storage;
  const source = driver.serverIdentity;
  const about = { provider, operation: "findServer", outcome: "not_applied" } as const;
  if (source === undefined) {
    const reason = `which server this is cannot be asked: no metadata service of ${provider} is documented; say the server's id`;
    throw new PolyvolError("unsupported", reason, about);
  }
  const { metadataUrl = source.origin, timeoutMs = TIMEOUT_MS, abortSignal } = options;
  const answers: string[] = [];
  for (const path of source.paths) {
    const url = new URL(path, metadataUrl);
    try {
      answers.push(await read(url, timeoutMs, abortSignal));
    } catch (error) {
      abortSignal?.throwIfAborted();
      const why = error instanceof Error ? error.message : String(error);
      const reason = `which server this is could not be read from ${url.href}: ${why}; is this a server of ${provider}? If so, say its id`;
      throw new PolyvolError("unavailable", reason, { ...about, cause: error });
    }
  }
  const identity = source.read(answers);
  if (identity !== undefined) return identity;
  // What was answered is not shown: such a service knows secrets, too.
  const from = new URL(metadataUrl).origin;
  const reason = `which server this is could not be read from ${from}: the answer is not what ${provider} documents; say the server's id`;
  throw new PolyvolError("malformed_response", reason, about);
}

/** The server that the caller names by its id, or else the one that the metadata service says. @throws as {@link findServer} */
export async function serverOf(
  storage: BlockStorage,
  { serverId, ...options }: FindServerOptions & { readonly serverId?: string | undefined },
): Promise<ServerIdentity> {
  return serverId === undefined ? await findServer(storage, options) : { serverId };
}

function read(url: URL, timeoutMs: number, abortSignal: AbortSignal | undefined): Promise<string> {
  // Imported, it would bring all of the platform's fetch into every process that only might ask.
  const { request } = process.getBuiltinModule("node:http");
  const limit = AbortSignal.timeout(timeoutMs);
  const signal = abortSignal === undefined ? limit : AbortSignal.any([limit, abortSignal]);
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void =>
      reject(limit.aborted ? new Error(`no answer within ${timeoutMs / 1000} s`) : error);
    // An agent of its own: the global one may go through a proxy.
    const asked = request(url, { agent: false, signal }, (answer) => {
      if (answer.statusCode !== 200) {
        answer.destroy();
        fail(new Error(`the answer was ${answer.statusCode}, allowed: 200`));
        return;
      }
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk: string) => {
        text += chunk;
        if (text.length > MOST_BYTES) answer.destroy(new Error("the answer is too long"));
      });
      answer.on("end", () => resolve(text));
      answer.on("error", fail);
      answer.on("close", () => fail(new Error("the connection was closed")));
    });
    asked.on("error", fail);
    asked.end();
  });
}
