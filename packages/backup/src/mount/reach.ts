import {
  type BlockStorage,
  type CallOptions,
  type Capability,
  PolyvolError,
  type Snapshot,
} from "@polyvol/core";
import { homeRegion } from "../restore/find-snapshot.ts";
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
 * The region to make the temporary volume in: the server's, where the snapshot can be restored there; else that of its
 * volume.
 *
 * @throws PolyvolError `failed_precondition` when the server is known to be in another region
 */
export async function regionInReach(
  storage: BlockStorage,
  snapshot: Snapshot,
  { serverId, serverRegion }: SnapshotUseRequest,
  call: CallOptions,
): Promise<string | undefined> {
  if (serverRegion !== undefined && snapshot.regions.includes(serverRegion)) return serverRegion;
  const region = await homeRegion(storage, snapshot, call);
  if (serverRegion === undefined || region === undefined || region === serverRegion) return region;
  const allowed = snapshot.regions.length === 0 ? region : snapshot.regions.join(", ");
  const reason = `the server ${serverId} is in ${serverRegion}, allowed: ${allowed}, where the snapshot can be restored; a volume of another region cannot be attached`;
  throw new PolyvolError("failed_precondition", reason, {
    provider: storage.provider,
    operation: OPERATION,
    resource: { kind: "snapshot", id: snapshot.id, name: snapshot.name },
    outcome: "not_applied",
  });
}
