import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { run } from "../packed/processes.ts";
import { toolPath } from "./tools.ts";

export interface Registry {
  /** Ends with `/`. */
  readonly url: string;
  /** Of an account that may publish. */
  readonly token: string;
  /** What the registry holds of a package. */
  document(name: string): Promise<PackageDocument>;
  close(): Promise<void>;
}

export interface PackageDocument {
  readonly versions: Readonly<Record<string, { readonly dependencies?: Readonly<Record<string, string>> }>>;
  readonly "dist-tags": Readonly<Record<string, string>>;
}

/**
 * Starts a registry on loopback, below `work`. It holds our packages alone, as if no other registry had them, and hands
 * on what is asked for besides from the registry that this machine installs from.
 */
export async function startRegistry(work: string): Promise<Registry> {
  const outside = await run({
    command: "npm",
    parameters: ["config", "get", "registry"],
    cwd: work,
    purpose: "ask npm for its registry",
  });
  const own = { access: "$all", publish: "$authenticated" };
  const configuration = {
    storage: join(work, "registry"),
    auth: { htpasswd: { file: join(work, "accounts") } },
    // The other kind of token holds the password, which is then verified for every request, and slowly.
    security: { api: { legacy: false, jwt: { sign: { expiresIn: "1d" } } } },
    uplinks: { outside: { url: outside.trim() } },
    packages: { polyvol: own, "@polyvol/*": own, "**": { access: "$all", proxy: "outside" } },
    web: { enable: false },
    log: { type: "file", path: join(work, "registry.log"), format: "json", level: "warn" },
  };
  const file = join(work, "registry.yaml");
  // JSON is YAML as well.
  await writeFile(file, JSON.stringify(configuration));
  const { runServer } = await import(pathToFileURL(toolPath("verdaccio/build/index.mjs")).href);
  const server: Server = await runServer(file);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    url,
    token: await createAccount(url),
    document: async (name) => await json(await fetch(`${url}${name.replace("/", "%2f")}`)),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function createAccount(url: string): Promise<string> {
  const response = await fetch(`${url}-/user/org.couchdb.user:releaser`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "releaser", password: "only on loopback" }),
  });
  const { token } = (await json(response)) as { readonly token: string };
  return token;
}

async function json<Answer>(response: Response): Promise<Answer> {
  if (!response.ok) throw new Error(`${response.url} answers ${response.status}\n${await response.text()}`);
  return (await response.json()) as Answer;
}
