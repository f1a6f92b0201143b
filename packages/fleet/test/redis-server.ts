import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../../scripts/test/free-port.ts";

/** The program that tests start, of Redis or Valkey; none where the machine has neither. */
export const REDIS_SERVER: string | undefined = ["redis-server", "valkey-server"].find(
  (name) => spawnSync(name, ["--version"]).status === 0,
);

/** What a test says that is skipped. */
export const WITHOUT_REDIS = "needs redis-server or valkey-server on the path: apt-get install redis-server";

/** A server of its own on loopback, with a folder of its own, that can be killed and started again. */
export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** Ends it as a crash does, and starts it on what it has written to the disk. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** @param options of the server, such as `["--requirepass", "secret"]` */
export async function startRedis(options: readonly string[] = []): Promise<RedisServer> {
  if (REDIS_SERVER === undefined) throw new Error(WITHOUT_REDIS);
  const program = REDIS_SERVER;
  const folder = mkdtempSync(join(tmpdir(), "polyvol-redis-"));
  const port = await freePort();
  const start = async (): Promise<ChildProcess> => {
    const child = spawn(
      program,
      [
        ...["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--save", ""],
        ...["--appendonly", "yes", "--appendfsync", "always", ...options],
      ],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    let log = "";
    await new Promise<void>((resolve, reject) => {
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        log += text;
        if (/ready to accept connections/i.test(log)) resolve();
      });
      child.once("exit", () => reject(new Error(`${program} has ended:\n${log}`)));
    });
    return child;
  };
  let child = await start();
  const end = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    async restart() {
      await end();
      child = await start();
    },
    async stop() {
      await end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
