import type { CallOptions, CreateOptions, Operation, WaitOptions } from "@polyvol/core";
import type { Context } from "./context.ts";
import { FAILED, reportError, reportText, UsageError } from "./errors.ts";
import type { LedgerEntry } from "./interruption.ts";
import { commandText } from "./next-step.ts";
import type { DeletionOptions } from "./options.ts";
import { secondsText } from "./output/format.ts";
import type { Progress } from "./output/progress.ts";
import { writeResult } from "./output/result.ts";
import { isQuiet, writeMessage, writeNote } from "./output/streams.ts";
import { clean } from "./output/terminal.ts";

/** What is said of a change while it is made, and of how it has ended. */
interface Words {
  readonly doing: string;
  readonly done: string;
  readonly failed: string;
}

const CHANGE: Words = { doing: "asked for", done: "done", failed: "failed" };
const DELETION: Words = { doing: "deleting", done: "deleted", failed: "not deleted" };

/** What makes a change; it gets the entry, where it knows more of what is left when it is interrupted. */
type Work<T> = (options: WaitOptions, entry: LedgerEntry) => Promise<T>;

/** Makes one change: shows its progress, and enters it in the ledger of what is left. */
export async function withProgress<T>(context: Context, text: string, work: Work<T>): Promise<T> {
  const { createProgress } = await import("./output/progress.ts");
  const progress = createProgress();
  try {
    return await showing(context, progress, text, work);
  } finally {
    progress.close();
  }
}

/** @param left the change as the ledger names it */
async function showing<T>(
  context: Context,
  progress: Progress,
  text: string,
  work: Work<T>,
  { doing, done, failed }: Words = CHANGE,
  left = text,
): Promise<T> {
  const entry = context.ledger.begin(left);
  const startedAt = performance.now();
  progress.update(text, doing);
  const isUnchanged = context.nothingChanged();
  try {
    const result = await work(
      { ...context.call, onProgress: ({ seen }) => progress.update(text, seen) },
      entry,
    );
    progress.finish(text, `${done} in ${secondsText(performance.now() - startedAt)}`);
    entry.done();
    return result;
  } catch (error) {
    if (!context.signal.aborted) {
      progress.finish(text, failed, "bad");
      entry.done();
    }
    if (isUnchanged()) entry.undone();
    throw error;
  }
}

/** What is said of what was to be made. */
export const THERE_ALREADY = "It was there already: nothing was created.\n";

interface Creating<Resource extends { readonly id: string }> {
  /** Told whether it made what it gives. */
  create(options: CreateOptions): Promise<Resource>;
  begin(options: CallOptions): Promise<Operation<Resource>>;
}

/**
 * Makes one resource, and says so where it was there already.
 * @param waits whether it is waited for
 */
export async function creating<Resource extends { readonly id: string }>(
  context: Context,
  text: string,
  waits: boolean,
  { create, begin }: Creating<Resource>,
): Promise<{ readonly resource: Resource; readonly created: boolean }> {
  let created = true;
  const resource = await withProgress(context, text, async (options) => {
    if (!waits) {
      const operation = await begin(options);
      created = operation.created;
      return operation.resource;
    }
    const { isSameId } = await import("@polyvol/core/driver");
    let isOwn = (_id: string): boolean => true;
    const onBegun: CreateOptions["onBegun"] = (begun) => {
      isOwn = (id) => begun.created && isSameId(id, begun.id);
    };
    const made = await create({ ...options, onBegun });
    created = isOwn(made.id);
    return made;
  });
  if (!created) writeNote(THERE_ALREADY);
  return { resource, created };
}

/**
 * Asks before something is lost. `false`: the answer was no.
 * @param yes the value of `--yes`
 * @throws UsageError where nobody can be asked
 */
export async function confirm(
  { signal }: Context,
  question: string,
  yes: boolean | undefined,
): Promise<boolean> {
  if (yes === true) return true;
  const safe = clean(question);
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new UsageError(`${safe} Nobody can be asked here: add --yes.`);
  }
  const { createInterface } = await import("node:readline/promises");
  // Without a terminal of its own readline leaves Ctrl-C to the command.
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
  try {
    // A terminal that goes away is no answer.
    const closed = new Promise<string>((resolve) => {
      for (const end of ["close", "error"]) lines.once(end, () => resolve(""));
    });
    const answer = await Promise.race([lines.question(`${safe} [y/N] `, { signal }), closed]);
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    lines.close();
  }
}

interface Named {
  readonly id: string;
  readonly name: string;
}

/** What a command deletes. */
export interface Deletion<Resource extends Named> {
  readonly cloud: string;
  readonly kind: "volume" | "snapshot";
  /** The arguments of the command line. */
  readonly texts: readonly string[];
  readonly options: DeletionOptions;
  /** What each of them names; `undefined` for what is not there. */
  readonly found: readonly (Resource | undefined)[];
  /** Why each of these must not be deleted: it is held, or that is not visible. Not called with `--held`. */
  holdReasons(resources: readonly Resource[]): Promise<readonly string[]>;
  /** The question before anything is deleted. */
  question(resources: readonly Resource[]): string;
  delete(id: string, wait: WaitOptions): Promise<void>;
}

/**
 * Asks, deletes side by side, and reports on each. One that fails does not stop the others.
 * @returns the exit code
 */
export async function runDeletion<Resource extends Named>(
  context: Context,
  deletion: Deletion<Resource>,
): Promise<number> {
  const { cloud, kind, texts, options, found } = deletion;
  const resources = [
    ...new Map(found.flatMap((each) => (each === undefined ? [] : [[each.id, each]]))).values(),
  ];
  for (const [index, text] of texts.entries()) {
    if (found[index] === undefined) writeNote(`${kind} ${text} on ${cloud}: not there, nothing to delete\n`);
  }
  const reasons =
    options.held === true || resources.length === 0 ? [] : await deletion.holdReasons(resources);
  if (reasons.length > 0) {
    const release = `${commandText("backup release")} takes a hold off`;
    const whose = " a snapshot, the provider's console the tag polyvol-hold off a volume";
    const next = `${release}${kind === "snapshot" ? "" : whose}; --held deletes what is or may be held all the same`;
    for (const [index, reason] of reasons.entries()) {
      const isLast = index === reasons.length - 1;
      const text = `${cloud}: ${reason}; nothing was deleted`;
      reportText(text, isLast ? next : undefined, { code: "failed_precondition", cloud });
    }
    return FAILED;
  }
  if (resources.length > 0 && !(await confirm(context, deletion.question(resources), options.yes))) {
    writeMessage("Nothing was deleted.\n");
    return FAILED;
  }
  const deleted = await deleteAll(context, deletion, resources);
  const data = resources.map(({ id, name }) => ({ cloud, id, name, deleted: deleted.includes(id) }));
  // The progress has said it, where there is any.
  const lines = data.flatMap((each) =>
    each.deleted ? `${clean(`${kind} ${each.name} on ${cloud}: deleted`)}\n` : [],
  );
  await writeResult(context.output, data, () => (isQuiet() ? lines.join("") : ""));
  return deleted.length === resources.length ? 0 : FAILED;
}

async function deleteAll<Resource extends Named>(
  context: Context,
  { cloud, kind, delete: remove }: Deletion<Resource>,
  resources: readonly Resource[],
): Promise<readonly string[]> {
  const { createProgress } = await import("./output/progress.ts");
  const progress = createProgress();
  const settled = await Promise.allSettled(
    resources.map(({ id, name }) => {
      const text = `${kind} ${name} on ${cloud}`;
      return showing(context, progress, text, (wait) => remove(id, wait), DELETION, `deletion of ${text}`);
    }),
  );
  progress.close();
  context.signal.throwIfAborted();
  for (const result of settled) if (result.status === "rejected") reportError(result.reason, cloud);
  return resources.filter((_, index) => settled[index]?.status === "fulfilled").map(({ id }) => id);
}
