import type { VolumePlan } from "../plan/types.ts";

/**
 * The order of a run on one cloud. What goes because a new snapshot is there goes when all creations of the cloud are
 * done, so that one listing shows all of them. Two kinds of volumes hold nothing up: those that wait for the provider's gap
 * between two snapshots, and those for whose snapshot there was no room; these get the room that deletions elsewhere make.
 */
export interface CreationsFirst {
  /** The volume makes nothing any more, or not soon. May be said again and again. */
  created(volumeId: string): void;
  /** Resolves when no volume is about to make a snapshot. */
  allCreated(): Promise<void>;
  /** A snapshot has gone. */
  deleted(): void;
  /** The volume deletes nothing any more. May be said again and again. */
  pruned(volumeId: string): void;
  /**
   * For a volume without room for its new snapshot: whether a snapshot has gone on this cloud since, for this volume
   * alone to use. `false` when there is none to come.
   */
  room(volumeId: string): Promise<boolean>;
}

export function createCreationsFirst(volumes: readonly VolumePlan[]): CreationsFirst {
  const withWork = (key: "create" | "delete"): Set<string> =>
    new Set(volumes.filter((each) => each[key].length > 0).map(({ volumeId }) => volumeId));
  const creating = withWork("create");
  const pruning = withWork("delete");
  const forRoom: { readonly volumeId: string; readonly tell: (hasRoom: boolean) => void }[] = [];
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  if (creating.size === 0) open();

  function created(volumeId: string): void {
    if (creating.delete(volumeId) && creating.size === 0) open();
  }

  function pruned(volumeId: string): void {
    pruning.delete(volumeId);
    if (pruning.size > 0) return;
    for (const { tell } of forRoom.splice(0)) tell(false);
  }

  return {
    created,
    allCreated: () => opened,
    deleted: () => {
      const next = forRoom.shift();
      if (next === undefined) return;
      // With its new snapshot it deletes, too.
      pruning.add(next.volumeId);
      next.tell(true);
    },
    pruned,
    room: (volumeId) =>
      new Promise((tell) => {
        created(volumeId);
        forRoom.push({ volumeId, tell });
        pruned(volumeId);
      }),
  };
}
