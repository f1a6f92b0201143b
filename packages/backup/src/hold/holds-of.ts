import type { BlockStorage, Snapshot, Volume } from "@polyvol/core";
import { areTagsHidden, findHiddenMarks } from "../observe/marks.ts";
import { seen } from "../observe/observe.ts";
import { isHeld } from "./marker.ts";

/** How holds are looked at. */
export interface HoldsOptions {
  /**
   * Whether to ask the provider, where nothing that was given shows a tag, if tags are shown at all: one or two requests.
   * Default false: asked only when snapshots that Polyvol made show none of what it wrote on them.
   */
  readonly thorough?: boolean;
  /** Stops the call. */
  readonly abortSignal?: AbortSignal;
}

/**
 * Which of these are held, by id: `true`, `false`, or `undefined` where that cannot be seen, since the credentials are
 * not shown tags or the provider's answer said nothing of them. Unknown is not absent: treat it as held.
 */
export async function holdsOf(
  storage: BlockStorage,
  resources: readonly (Snapshot | Volume)[],
  options: HoldsOptions = {},
): Promise<ReadonlyMap<string, boolean | undefined>> {
  const { thorough = false, abortSignal } = options;
  const call = abortSignal === undefined ? {} : { abortSignal };
  const open = resources.filter((each) => !isHeld(each));
  const snapshots = resources.filter((each) => "volumeId" in each);
  const hidden = open.length === 0 ? undefined : await findHiddenMarks(storage, snapshots.map(seen), call);
  const allHidden =
    (hidden !== undefined && hidden.hidden === hidden.own) ||
    (thorough && open.length > 0 && (await areTagsHidden(storage, resources, call)));
  return new Map(
    resources.map((each) => {
      if (isHeld(each)) return [each.id, true];
      return [each.id, allHidden || each.tagsUnknown === true ? undefined : false];
    }),
  );
}
