interface Due {
  readonly at: number;
  readonly order: number;
  readonly run: (at: number) => void;
}

/**
 * Work that becomes due at an instant of the emulator's clock. There are no timers: the service calls
 * `runDue` before it answers, so everything due by then has happened, in order, each at its own instant.
 */
export class Schedule {
  /** A binary heap, earliest first. */
  readonly #heap: Due[] = [];
  #order = 0;

  /** When the next work is due, in milliseconds since the epoch; infinite when there is none. */
  get next(): number {
    return this.#heap[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  add(at: number, run: (at: number) => void): void {
    this.#order += 1;
    const heap = this.#heap;
    heap.push({ at, order: this.#order, run });
    let child = heap.length - 1;
    while (child > 0) {
      const parent = (child - 1) >>> 1;
      if (!this.#swapIfEarlier(child, parent)) break;
      child = parent;
    }
  }

  runDue(now: number): void {
    while (this.next <= now) {
      const due = this.#take();
      due?.run(due.at);
    }
  }

  clear(): void {
    this.#heap.length = 0;
  }

  #take(): Due | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    heap[0] = last;
    let parent = 0;
    for (;;) {
      const left = 2 * parent + 1;
      const right = left + 1;
      let child = left;
      if (right < heap.length && this.#isEarlier(right, left)) child = right;
      if (child >= heap.length || !this.#swapIfEarlier(child, parent)) return first;
      parent = child;
    }
  }

  #isEarlier(one: number, other: number): boolean {
    const a = this.#heap[one];
    const b = this.#heap[other];
    if (a === undefined || b === undefined) return false;
    return a.at < b.at || (a.at === b.at && a.order < b.order);
  }

  #swapIfEarlier(child: number, parent: number): boolean {
    const a = this.#heap[child];
    const b = this.#heap[parent];
    if (a === undefined || b === undefined || !this.#isEarlier(child, parent)) return false;
    this.#heap[child] = b;
    this.#heap[parent] = a;
    return true;
  }
}
