import { PolyvolError } from "@polyvol/core";
import { resolveSecret, type SecretSource } from "@polyvol/core/driver";
import type { Authorize } from "@polyvol/core/http";

/** Adds the bearer token. A file or callback is asked for every request, so a rotated token takes effect. */
export function bearer(source: SecretSource): Authorize {
  return async (request) => {
    const token = await resolveSecret(source);
    if (!/^[\x21-\x7e]+$/.test(token)) {
      throw new PolyvolError("unauthenticated", "the token does not fit into a header", {
        outcome: "not_applied",
      });
    }
    request.headers["authorization"] = `Bearer ${token}`;
  };
}
