import type { Volume } from "@polyvol/core";
import type { BackupProblem } from "../problem.ts";
import type { CloudState, ObservedCloud } from "./inventory.ts";

/** A cloud of the configuration that shows volumes of another one: both are one account. */
export interface SharedAccount {
  /** The cloud whose volumes they count as: the first by name. */
  readonly home: ObservedCloud;
  readonly other: ObservedCloud;
  /** Ids of the volumes that both show. */
  readonly volumeIds: ReadonlySet<string>;
}

/** Clouds that are one account, say one for each of its regions. Told by volumes that are the same in all they say. */
export function sharedAccounts(states: readonly CloudState[]): readonly SharedAccount[] {
  const homes = new Map<string, ObservedCloud>();
  const found: SharedAccount[] = [];
  for (const other of states) {
    if (other.state === "failed") continue;
    const shared = new Map<ObservedCloud, Set<string>>();
    for (const volume of other.volumes) {
      const key = identityOf(other, volume);
      const home = homes.get(key);
      if (home === undefined) homes.set(key, other);
      else shared.set(home, (shared.get(home) ?? new Set()).add(volume.id));
    }
    for (const [home, volumeIds] of shared) found.push({ home, other, volumeIds });
  }
  return found;
}

function identityOf({ provider }: ObservedCloud, { id, name, region, createdAt }: Volume): string {
  return JSON.stringify([provider, id, name, region, createdAt.getTime()]);
}

/** That two clouds are one account, as a problem. */
export function sharedProblem({ home, other, volumeIds }: SharedAccount): BackupProblem {
  const [one, two] = [home.name, other.name];
  const message =
    `clouds ${one} and ${two} are one account: both show the same volumes (${volumeIds.size}); each is looked after ` +
    `once, as a volume of ${one}; name one of the two in select.cloud, or take one out`;
  return { code: "conflict", message, effect: "attention", cloud: two };
}

/** The clouds without what is shown by another one already. */
export function withoutShared(states: readonly CloudState[]): readonly CloudState[] {
  const accounts = sharedAccounts(states);
  return states.map((state) => {
    const own = accounts.filter(({ other }) => other === state);
    if (state.state === "failed" || own.length === 0) return state;
    const elsewhere = new Set(
      own.flatMap(({ home }) => [...home.snapshots.values()].flat().map(({ snapshot }) => snapshot.id)),
    );
    const snapshots = [...state.snapshots].map(
      ([id, all]) => [id, all.filter(({ snapshot }) => !elsewhere.has(snapshot.id))] as const,
    );
    return {
      ...state,
      volumes: state.volumes.filter(({ id }) => !own.some(({ volumeIds }) => volumeIds.has(id))),
      snapshots: new Map(snapshots.filter(([, all]) => all.length > 0)),
    };
  });
}
