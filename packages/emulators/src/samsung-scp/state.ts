import type { Renderer } from "./render.ts";
import { serverVolumeBody } from "./render.ts";
import type { World } from "./world.ts";

/**
 * Everything that exists now, as it goes over the wire, oldest first. Beside it stands what the service does not
 * show: whose a resource is, the tags of a volume, and attachments that are not finished.
 */
export interface SamsungScpState {
  /** ISO 8601. */
  readonly now: string;
  /** All volumes. */
  readonly volumes: readonly Record<string, unknown>[];
  /** All snapshots. */
  readonly snapshots: readonly Record<string, unknown>[];
  /** All servers. */
  readonly servers: readonly Record<string, unknown>[];
  /** All transfers that are under way. */
  readonly transfers: readonly Record<string, unknown>[];
}

export function dumpState(world: World, render: Renderer, now: number): SamsungScpState {
  const accounts = [...world.accounts.values()];
  return {
    now: new Date(now).toISOString(),
    volumes: accounts.flatMap((account) =>
      account.volumes.ordered.map(({ value }) => ({
        ...render.volumeBody(value, 2),
        tags: value.tags,
        attachments: value.attachments.map((one) => serverVolumeBody(value.id, one)),
        account_id: account.id,
      })),
    ),
    snapshots: accounts.flatMap((account) =>
      account.snapshots.ordered.map(({ value }) => ({
        ...render.snapshotBody(value),
        account_id: account.id,
      })),
    ),
    servers: accounts.flatMap((account) =>
      [...account.servers.values()].map(({ id, name, zone, windows, volumeIds }) => ({
        ...{ id, name, zone, windows },
        volume_ids: [...volumeIds],
        account_id: account.id,
      })),
    ),
    transfers: [...world.transfers.values()].map((transfer) => ({
      ...render.transferBody(transfer, "created_at", "auth_key"),
      account_id: transfer.accountId,
    })),
  };
}
