/** A network that a process uses until it dies. */
export interface DyingFetch {
  readonly fetch: typeof globalThis.fetch;
  /** Aborts at the death. */
  readonly signal: AbortSignal;
}

/** Requests work until the `last`-th is answered: that answer, and every later one, is never seen. */
export function createDyingFetch(last: number): DyingFetch {
  const death = new AbortController();
  let sent = 0;
  const die = (): never => {
    death.abort(new Error(`the process died at its ${last}th request`));
    throw new TypeError("the process is dead");
  };
  return {
    signal: death.signal,
    fetch: async (input, init) => {
      if (death.signal.aborted) die();
      sent += 1;
      const mine = sent;
      const response = await fetch(input, init);
      const body = await response.arrayBuffer();
      if (mine >= last || death.signal.aborted) die();
      return new Response(response.status === 204 ? null : body, response);
    },
  };
}
