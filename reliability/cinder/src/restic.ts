/** The tool that people trust: restic, as Debian packs it, with a repository of its own. */
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";

/** What a backup came to. */
export interface ResticSummary {
  readonly snapshotId: string;
  readonly bytesRead: number;
  /** What it had to store, before compression: everything else was in the repository. */
  readonly bytesStored: number;
}

export interface Repository {
  /** Stores a device or file as it is. */
  store(path: string): Promise<ResticSummary>;
  /** Stores a folder. */
  storeFolder(path: string): Promise<ResticSummary>;
  /** SHA-256 of what was stored of a device. */
  hashOf(snapshotId: string): Promise<string>;
  /** Restores everything into a folder. */
  restore(snapshotId: string, target: string): void;
}

/** The version, or `undefined` where there is none. */
export function resticVersion(): string | undefined {
  try {
    return execFileSync("restic", ["version"], { encoding: "utf8" }).split(" ")[1];
  } catch {
    return undefined;
  }
}

export function createRepository(folder: string): Repository {
  const env = {
    ...process.env,
    ...{ RESTIC_REPOSITORY: join(folder, "repository"), RESTIC_PASSWORD: "not a secret" },
    RESTIC_CACHE_DIR: join(folder, "cache"),
  };
  execFileSync("restic", ["init"], { env, stdio: "ignore" });

  async function backup(parameters: readonly string[], input?: string): Promise<ResticSummary> {
    const opened = input === undefined ? undefined : openSync(input, "r");
    const child = spawn("restic", ["backup", "--json", ...parameters], {
      env,
      stdio: [opened ?? "ignore", "pipe", "inherit"],
    });
    let text = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      text += String(chunk);
    });
    const [status] = (await once(child, "close")) as [number | null];
    if (opened !== undefined) closeSync(opened);
    if (status !== 0) throw new Error(`restic backup ended with ${status}`);
    const last = JSON.parse(text.trim().split("\n").at(-1) ?? "") as Readonly<Record<string, unknown>>;
    return {
      snapshotId: String(last["snapshot_id"]),
      bytesRead: Number(last["total_bytes_processed"]),
      bytesStored: Number(last["data_added"]),
    };
  }

  return {
    store: (path) => backup(["--stdin", "--stdin-filename", "volume"], path),
    storeFolder: (path) => backup([path]),
    async hashOf(snapshotId) {
      const child = spawn("restic", ["dump", snapshotId, "/volume"], {
        env,
        stdio: ["ignore", "pipe", "inherit"],
      });
      const hash = createHash("sha256");
      for await (const chunk of child.stdout) hash.update(chunk as Buffer);
      return hash.digest("hex");
    },
    restore: (snapshotId, target) => {
      execFileSync("restic", ["restore", snapshotId, "--target", target], { env, stdio: "ignore" });
    },
  };
}
