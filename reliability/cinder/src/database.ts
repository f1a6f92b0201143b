/** What Cinder really holds: read in its own database, past its API. */
import { execFileSync } from "node:child_process";
import { DatabaseSync } from "node:sqlite";
import type { CinderServer } from "./server.ts";

export interface Held {
  readonly id: string;
  readonly name: string;
  readonly status: string;
}

export interface Holdings {
  readonly volumes: readonly Held[];
  readonly snapshots: readonly Held[];
}

/** Everything of a project that is not deleted, failed and half-deleted things too; by name. */
export function holdingsOf(server: CinderServer, projectId: string): Holdings {
  const read = (table: string): readonly Held[] => {
    // Ids of projects are hexadecimal, and the tables are named here.
    const rows = query(
      server.database,
      `SELECT id, coalesce(display_name, ''), status FROM ${table} WHERE deleted = 0 AND project_id = '${projectId}' ORDER BY 2, 1`,
    );
    return rows.map(([id = "", name = "", status = ""]) => ({ id, name, status }));
  };
  return { volumes: read("volumes"), snapshots: read("snapshots") };
}

/** Ids of the volumes that a server has. */
export function volumesOfServer(server: CinderServer, serverId: string): readonly string[] {
  const rows = query(
    server.database,
    `SELECT volume_id FROM volume_attachment WHERE deleted = 0 AND attach_status = 'attached' AND instance_uuid = '${serverId}' ORDER BY 1`,
  );
  return rows.map(([id = ""]) => id);
}

/** States that nothing but a request ends. */
const LASTING = new Set([
  "available",
  "in-use",
  "error",
  "error_deleting",
  "error_extending",
  "error_restoring",
]);

/** Whether anything of a project is on its way from one state to another. */
export function hasWorkUnderWay(server: CinderServer, projectId: string): boolean {
  const { volumes, snapshots } = holdingsOf(server, projectId);
  return [...volumes, ...snapshots].some(({ status }) => !LASTING.has(status));
}

/** How many volumes and snapshots of a project the volume service has begun to work on, and not ended yet. */
export function worksUnderWay(server: CinderServer, projectId: string): number {
  const begun = (type: string, table: string): number =>
    query(
      server.database,
      `SELECT id FROM workers WHERE service_id IS NOT NULL AND resource_type = '${type}' AND resource_id IN (SELECT id FROM ${table} WHERE deleted = 0 AND project_id = '${projectId}')`,
    ).length;
  return begun("Volume", "volumes") + begun("Snapshot", "snapshots");
}

/** Sets the last sign of life of the volume service back by an hour. */
export function ageSignOfLife(server: CinderServer): void {
  const anHourAgo = new Date(Date.now() - 3_600_000).toISOString().replace("T", " ").replace("Z", "");
  query(
    server.database,
    `UPDATE services SET updated_at = '${anHourAgo}' WHERE deleted = 0 AND \`binary\` = 'cinder-volume'`,
  );
}

/** Rows of texts. */
function query(database: string, sql: string): readonly (readonly string[])[] {
  const { protocol, pathname, port } = new URL(database);
  if (protocol === "sqlite:") {
    const opened = new DatabaseSync(pathname.replace(/^\/+/, "/"), { timeout: 60_000 });
    try {
      return opened
        .prepare(sql)
        .all()
        .map((row) => Object.values(row).map(String));
    } finally {
      opened.close();
    }
  }
  const where = [
    "--host=127.0.0.1",
    `--port=${port}`,
    "--user=root",
    "--default-character-set=utf8mb3",
    "cinder",
  ];
  const text = execFileSync("mariadb", [
    "--no-defaults",
    "--batch",
    "--skip-column-names",
    ...where,
    "-e",
    sql,
  ]);
  return String(text)
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split("\t"));
}
