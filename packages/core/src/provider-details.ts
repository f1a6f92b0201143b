/** Where an adapter keeps what the neutral types have no field for. A registered symbol: copies of this package share it. */
const PROVIDER_DETAILS: unique symbol = Symbol.for("polyvol.providerDetails") as never;

/** `resource` carrying `details`. Spreading a resource keeps them, JSON leaves them out. */
export function withProviderDetails<T extends object>(resource: T, details: unknown): T {
  (resource as Record<symbol, unknown>)[PROVIDER_DETAILS] = details;
  return resource;
}

/** What {@link withProviderDetails} put there; `undefined` on a resource that came through JSON. */
export function providerDetails(resource: object): unknown {
  return (resource as Record<symbol, unknown>)[PROVIDER_DETAILS];
}
