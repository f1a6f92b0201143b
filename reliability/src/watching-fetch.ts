/** One exchange as it went over the wire. */
export interface Exchange {
  readonly method: string;
  readonly url: URL;
  readonly redirect: RequestInit["redirect"];
  /** Absent while the answer is not there, or when none came. */
  status?: number;
  text?: string;
}

/** The platform's own `fetch`, written down. */
export function createWatchingFetch(): {
  readonly fetch: typeof globalThis.fetch;
  readonly exchanges: Exchange[];
} {
  const exchanges: Exchange[] = [];
  return {
    exchanges,
    fetch: async (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input);
      const exchange: Exchange = { method: init?.method ?? "GET", url, redirect: init?.redirect };
      exchanges.push(exchange);
      const response = await fetch(input, init);
      exchange.status = response.status;
      exchange.text = await response.clone().text();
      return response;
    },
  };
}
