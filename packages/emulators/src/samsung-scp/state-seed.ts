import * as z from "zod";
import { check, positive, text } from "../kit/validation.ts";
import type { State } from "./state.ts";

/** As the dump shows it where timestamps have no zone: UTC. */
const time = z.string().transform((shown) => (/(Z|[+-]\d\d:\d\d)$/.test(shown) ? shown : `${shown}Z`));
const owner = { account_id: text };
const server = z.object({ ...owner, id: text, name: text, zone: text, windows: z.boolean() });

const volume = z
  .object({
    ...owner,
    id: text,
    name: text,
    size: positive,
    state: z.string(),
    volume_type: text,
    bootable: z.boolean(),
    attachments: z.array(z.object({ server_id: text })),
    snapshot_id: z.string().nullable(),
    tags: z.array(z.object({ key: z.string(), value: z.string().nullable() })),
    max_iops: z.number().nullable(),
    max_throughput: z.number().nullable(),
    created_at: time,
  })
  .transform(({ attachments, ...one }) => ({
    ...one,
    server_ids: attachments.map(({ server_id: id }) => id),
    snapshot_id: one.snapshot_id ?? undefined,
    max_iops: one.max_iops ?? undefined,
    max_throughput: one.max_throughput ?? undefined,
  }));

const snapshot = z.object({
  ...owner,
  id: text,
  volume_id: text,
  name: text,
  description: z.string().nullable(),
  metadata: z.record(z.string(), z.unknown()).nullable(),
  size: positive,
  status: z.string(),
  created_at: time,
});

const stateSchema = z.object({
  servers: z.array(server),
  volumes: z.array(volume),
  snapshots: z.array(snapshot),
});

/** True for the `state()` of an emulator, which says when it was read. */
export function isState(data: unknown): boolean {
  return typeof data === "object" && data !== null && "now" in data;
}

/**
 * A `state()` as seeds, one for each account. Work under way is not carried on: what is being deleted is left out, error
 * states stay, and all else is at rest. Servers that exist are left out: they are those of the options.
 */
export function seedsOfState(data: unknown, state: State): readonly unknown[] {
  const { servers, volumes, snapshots } = check(stateSchema, data, "seed");
  const accounts = new Set([...servers, ...volumes, ...snapshots].map(({ account_id: id }) => id));
  return [...accounts].map((account) => {
    const own = <Item extends { readonly account_id: string }>(items: readonly Item[]) =>
      items.filter((item) => item.account_id === account).map(({ account_id: _, ...rest }) => rest);
    const kept = own(volumes).filter(({ state }) => state !== "deleting");
    const ids = new Set(kept.map(({ id }) => id));
    return {
      account_id: account,
      servers: own(servers).filter(({ id }) => state.account(account).servers.get(id) === undefined),
      volumes: kept.map(({ state, ...rest }) => (state.startsWith("error") ? { ...rest, state } : rest)),
      snapshots: own(snapshots)
        .filter(({ status, volume_id: id }) => status !== "deleting" && ids.has(id))
        .map(({ status, ...rest }) => (status.startsWith("error") ? { ...rest, status } : rest)),
    };
  });
}
