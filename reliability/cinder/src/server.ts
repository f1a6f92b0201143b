/** The real Cinder that `pnpm cinder start` has started, if any. */
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What `pnpm cinder start` prints, as far as tests use it. */
export interface CinderServer {
  /** Folder of its state. */
  readonly dir: string;
  /** Folder of the files of volumes and snapshots. */
  readonly data_dir: string;
  /** Address of Cinder without version and project. */
  readonly root: string;
  readonly auth_url: string;
  readonly region: string;
  readonly password: string;
  readonly users: readonly CinderUser[];
  readonly application_credential: { readonly id: string; readonly secret: string };
  readonly pids: { readonly cinder: number; readonly keystone: number };
  /** SQLAlchemy's address of Cinder's database. */
  readonly database: string;
  readonly version: string;
}

export interface CinderUser {
  readonly name: string;
  readonly id: string;
  readonly project: string;
  readonly project_id: string;
}

export const CINDER_DIR: string = process.env["POLYVOL_CINDER_DIR"] ?? join(tmpdir(), "polyvol-cinder");

/** The servers of `CINDER_DIR`; `undefined` where none run. */
export function readServer(): CinderServer | undefined {
  let server: CinderServer;
  try {
    server = JSON.parse(readFileSync(join(CINDER_DIR, "server.json"), "utf8")) as CinderServer;
  } catch {
    return undefined;
  }
  return server.auth_url !== null && Object.values(server.pids).every(isRunning) ? server : undefined;
}

/** The same, where tests have made sure that there is one. */
export function runningServer(): CinderServer {
  const server = readServer();
  if (server === undefined) throw new Error("the real Cinder has ended in the middle of its tests");
  return server;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
