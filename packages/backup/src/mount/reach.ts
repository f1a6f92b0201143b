import {
  type BlockStorage,
  type CallOptions,
  type Capability,
  PolyvolError,
  type Snapshot,
} from "@polyvol/core";
import { type Home, homeOf } from "../restore/restore.ts";
import type { SnapshotUseRequest } from "./types.ts";

/** What errors of this call say that it was. */
export const OPERATION = "withSnapshot";

const NEEDED: readonly Capability[] = ["volumes.createFromSnapshot", "volumes.attach"];

/** @throws PolyvolError `unsupported` where the provider cannot make a volume of a snapshot, or attach it */
export function requireAttaching({ capabilities, provider }: BlockStorage): void {
  const missing = NEEDED.find((each) => !capabilities.supports.includes(each));
  if (missing === undefined) return;
  const can = missing === "volumes.attach" ? "attach a volume to a server" : "make a volume of a snapshot";
  const reason = `reading a snapshot needs ${missing}: ${provider} cannot ${can}`;
  throw new PolyvolError("unsupported", reason, { provider, operation: OPERATION, outcome: "not_applied" });
}

/**
 * Where to make the temporary volume: in the server's region, where the snapshot can be restored there, or where only that can
 * tell; else where its volume is.
 *
 * @throws PolyvolError `failed_precondition` when the server is known to be in another region
 */
export async function homeInReach(
  storage: BlockStorage,
  snapshot: Snapshot,
  { serverId, serverRegion }: SnapshotUseRequest,
  call: CallOptions,
): Promise<Home> {
  const onServer = { region: serverRegion, isGuess: false };
  if (serverRegion !== undefined && snapshot.regions.includes(serverRegion)) return onServer;
  const home = await homeOf(storage, snapshot, call);
  if (serverRegion === undefined) return home;
  const { region, isGuess } = home;
  if (isGuess || region === serverRegion) return onServer;
  const allowed = [...new Set([region, ...snapshot.regions])].join(", ");
  const reason = `the server ${serverId} is in ${serverRegion}, allowed: ${allowed}, where the snapshot can be restored; a volume of another region cannot be attached`;
  throw new PolyvolError("failed_precondition", reason, {
    provider: storage.provider,
    operation: OPERATION,
    resource: { kind: "snapshot", id: snapshot.id, name: snapshot.name },
    outcome: "not_applied",
  });
}
