import { type BlockStorage, type CallOptions, type Capabilities, type Tagged, tagTexts } from "@polyvol/core";
import { rightToSee } from "@polyvol/core/driver";
import type { BackupProblem } from "../problem.ts";
import { type HiddenMarks, isGood, type ObservedCloud, type ObservedSnapshot } from "./inventory.ts";

/** What the snapshots of an account, or those of one volume, show of their marks. */
export interface MarkEvidence {
  /** Adds one that was listed. */
  see(seen: ObservedSnapshot): void;
  /** Good ones that Polyvol made, and those of them of whose tags the answers say nothing. */
  readonly own: number;
  readonly unsaid: number;
  readonly showsTag: boolean;
  readonly ownShowsTag: boolean;
  readonly showsDescription: boolean;
}

/** Collects evidence, one snapshot after the other. */
export function createMarkEvidence(): MarkEvidence {
  const evidence = { own: 0, unsaid: 0, showsTag: false, ownShowsTag: false, showsDescription: false };
  return Object.assign(evidence, {
    see: (seen: ObservedSnapshot) => {
      const { snapshot } = seen;
      const isOwn = seen.backupName !== undefined && isGood(seen);
      const isTagged = tagTexts(snapshot).length > 0;
      if (isOwn) evidence.own += 1;
      if (isOwn && snapshot.tagsUnknown === true) evidence.unsaid += 1;
      evidence.showsTag ||= isTagged;
      evidence.ownShowsTag ||= isOwn && isTagged;
      evidence.showsDescription ||= (snapshot.description ?? "") !== "";
    },
  });
}

export function marksOf(snapshots: readonly ObservedSnapshot[]): MarkEvidence {
  const evidence = createMarkEvidence();
  for (const each of snapshots) evidence.see(each);
  return evidence;
}

/**
 * What is hidden on all snapshots of an account, or on those of one volume. Own ones without a single tag among them
 * count as hidden unless the driver can tell, by one look, that the credentials are shown tags: then somebody took them
 * off. Nothing is asked where all is well.
 */
export async function judgeMarks(
  storage: BlockStorage,
  { own, unsaid, showsTag, ownShowsTag, showsDescription }: MarkEvidence,
  call: CallOptions,
): Promise<HiddenMarks | undefined> {
  const { supports } = storage.capabilities;
  if (own === 0) return undefined;
  if (supports.includes("snapshots.tags")) {
    if (unsaid > 0) return { what: "tags", hidden: unsaid, own };
    // A look that failed has seen nothing, and stops no backup.
    if (!showsTag && (await orUnknown(canSeeTags(storage, call), call)) !== true)
      return { what: "tags", hidden: own, own };
  }
  // One of ours that shows its tag was given a description as well.
  const isDescribed = supports.includes("snapshots.description") && ownShowsTag;
  return isDescribed && !showsDescription ? { what: "descriptions", hidden: own, own } : undefined;
}

/** What a look found, or undefined where it failed. @throws the reason of the abort */
export async function orUnknown<T>(look: Promise<T>, { abortSignal }: CallOptions): Promise<T | undefined> {
  try {
    return await look;
  } catch {
    abortSignal?.throwIfAborted();
    return undefined;
  }
}

/** Whether the credentials are shown tags; undefined where the driver cannot tell. */
async function canSeeTags(storage: BlockStorage, call: CallOptions): Promise<boolean | undefined> {
  if (storage.driver?.canSeeTags === undefined) return undefined;
  return (await storage.checkHealth({ ...call, tags: true })).tagsVisible;
}

/** Whether what would keep this snapshot may be hidden, so that it must not be deleted. */
export function mayBeKept(seen: ObservedSnapshot, hidden: HiddenMarks | undefined): boolean {
  return seen.snapshot.tagsUnknown === true || (hidden !== undefined && hidden.hidden === hidden.own);
}

/** Why a snapshot stays of which that holds. */
export const MAY_BE_KEPT = "a hold or keepTags may keep it: what would show that cannot be seen";

/** Hidden marks in words: what is seen, what that means, and which right is missing. */
export function describeHidden(
  { what, hidden, own }: HiddenMarks,
  { limits }: Pick<Capabilities, "limits">,
): string {
  const snapshots = `${own} ${own === 1 ? "snapshot" : "snapshots"} that Polyvol made`;
  const seen =
    hidden === own
      ? `none of ${snapshots} shows ${what === "tags" ? "a tag" : "a description"}, and each was given one`
      : `of ${snapshots}, ${hidden} came without a word about tags`;
  const right = rightToSee(what, what === "tags" ? limits.tags?.readScope : undefined);
  const kept = hidden === own ? "nothing is deleted" : `${hidden === 1 ? "it is" : "they are"} not deleted`;
  return `${seen}: the credentials may lack ${right}, and holds or keepTags could not be seen, so ${kept}`;
}

/** What is hidden on a cloud, as its problem. */
export function hiddenIn({ name, capabilities, hiddenMarks }: ObservedCloud): readonly BackupProblem[] {
  if (hiddenMarks === undefined) return [];
  const effect = hiddenMarks.hidden === hiddenMarks.own ? "nothing_deleted" : "attention";
  const message = describeHidden(hiddenMarks, capabilities);
  return [{ code: "permission_denied", message, effect, cloud: name }];
}

/**
 * Whether tags are hidden from these credentials. Asked only where nothing that was listed shows any; where the driver
 * cannot tell, they count as shown unless an answer says nothing about them.
 */
export async function areTagsHidden(
  storage: BlockStorage,
  listed: readonly Tagged[],
  call: CallOptions,
): Promise<boolean> {
  const unsaid = listed.some((each) => each.tagsUnknown === true);
  if (unsaid || listed.some((each) => tagTexts(each).length > 0)) return unsaid;
  return (await canSeeTags(storage, call)) === false;
}
