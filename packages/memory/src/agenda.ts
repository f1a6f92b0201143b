/** What an account still has to do, in the order of time. Nothing runs by itself: whoever looks first catches up. */
export interface Agenda {
  /** Runs `task` once the time is `at`, with that time. */
  add(at: number, task: (at: number) => void): void;
  /** Runs everything that is due at `now`, each task at its own time. */
  catchUp(now: number): void;
}

interface Entry {
  readonly at: number;
  readonly task: (at: number) => void;
}

export function createAgenda(): Agenda {
  const entries: Entry[] = [];
  return {
    add(at, task) {
      const later = entries.findIndex((each) => each.at > at);
      entries.splice(later === -1 ? entries.length : later, 0, { at, task });
    },
    catchUp(now) {
      for (let next = entries[0]; next !== undefined && next.at <= now; next = entries[0]) {
        entries.shift();
        next.task(next.at);
      }
    },
  };
}
