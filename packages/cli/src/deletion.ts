import { isPolyvolError, type WaitOptions } from "@polyvol/core";
import { confirm } from "./confirm.ts";
import type { Context } from "./context.ts";
import { FAILED, reportError, reportNext, reportText } from "./errors.ts";
import { secondsText } from "./output/format.ts";
import { createProgress } from "./output/progress.ts";
import { writeResult } from "./output/result.ts";
import { note, say } from "./output/streams.ts";

/** What a command deletes. */
export interface Deletion<Resource extends { readonly id: string; readonly name: string }> {
  readonly cloud: string;
  readonly kind: "volume" | "snapshot";
  /** As given on the command line. */
  readonly wanted: readonly string[];
  readonly yes: boolean | undefined;
  find(text: string): Promise<Resource>;
  /** Why each of these must not go: it is held, or that cannot be seen. Not called with `--held`. */
  guard(resources: readonly Resource[]): Promise<readonly string[]>;
  /** `--held`: whether what is held goes, too. */
  readonly held: boolean | undefined;
  /** What is asked before anything is deleted. */
  question(resources: readonly Resource[]): string;
  delete(id: string, wait: WaitOptions): Promise<void>;
}

/** Finds, asks, deletes side by side, and says what became of each. One that fails does not stop the others. */
export async function runDeletion<Resource extends { readonly id: string; readonly name: string }>(
  context: Context,
  deletion: Deletion<Resource>,
): Promise<number> {
  const { cloud, kind } = deletion;
  const found = await Promise.all(deletion.wanted.map((text) => orGone(deletion.find(text))));
  const resources = [
    ...new Map(found.flatMap((each) => (each === undefined ? [] : [[each.id, each]]))).values(),
  ];
  for (const [index, text] of deletion.wanted.entries()) {
    if (found[index] === undefined) note(`${kind} ${text} on ${cloud}: not there, nothing to delete\n`);
  }
  const guarded = deletion.held === true || resources.length === 0 ? [] : await deletion.guard(resources);
  if (guarded.length > 0) {
    for (const text of guarded) reportText(`${cloud}: ${text}; nothing was deleted`, undefined);
    const release =
      kind === "snapshot"
        ? "polyvol backup release takes a hold off"
        : "polyvol backup release takes a hold off a snapshot, the provider's console the tag polyvol-hold off a volume";
    reportNext(`${release}; --held deletes what is or may be held all the same`);
    return FAILED;
  }
  if (resources.length > 0 && !(await confirm(context, deletion.question(resources), deletion.yes))) {
    say("Nothing was deleted.\n");
    return FAILED;
  }
  const deleted = await deleteAll(context, deletion, resources);
  const data = resources.map(({ id, name }) => ({ cloud, id, name, deleted: deleted.includes(id) }));
  await writeResult(context.output, data, async () => "");
  return deleted.length === resources.length ? 0 : FAILED;
}

/** Missing is success: what is to be deleted need not be there. */
async function orGone<T>(finding: Promise<T>): Promise<T | undefined> {
  try {
    return await finding;
  } catch (error) {
    if (isPolyvolError(error, "not_found")) return undefined;
    throw error;
  }
}

async function deleteAll<Resource extends { readonly id: string; readonly name: string }>(
  context: Context,
  { cloud, kind, delete: remove }: Deletion<Resource>,
  resources: readonly Resource[],
): Promise<readonly string[]> {
  const progress = createProgress();
  const errors: unknown[] = [];
  const deleted: string[] = [];
  const work = resources.map(async ({ id, name }) => {
    const text = `${kind} ${name} on ${cloud}`;
    const entry = context.ledger.plan(`deletion of ${text}`);
    const startedAt = performance.now();
    progress.update(text, "deleting");
    entry.begin();
    try {
      await remove(id, {
        ...context.call,
        onProgress: ({ seen }) => progress.update(text, seen),
      });
      progress.finish(text, `deleted in ${secondsText(performance.now() - startedAt)}`);
      entry.done();
      deleted.push(id);
    } catch (error) {
      if (context.signal.aborted) return;
      progress.finish(text, "not deleted", "bad");
      entry.done();
      errors.push(error);
    }
  });
  await Promise.all(work);
  progress.close();
  context.signal.throwIfAborted();
  for (const error of errors) reportError(error, cloud);
  return deleted;
}
