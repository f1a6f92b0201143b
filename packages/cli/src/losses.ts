/** What a command was asked to keep beside its work and could not, such as its line of a record. */
export interface Losses {
  /** Names one, in words. What would have been success ends with 1. */
  add(what: string): void;
  /** All of them, each once. */
  readonly all: ReadonlySet<string>;
}

export function createLosses(): Losses {
  const all = new Set<string>();
  return { add: (what) => void all.add(what), all };
}
