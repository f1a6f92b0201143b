import { resolveHeaderSecret, type SecretSource } from "@polyvol/core/driver";
import type { Authorize } from "@polyvol/core/http";

/** Adds the bearer token. A file or callback is asked for every request, so a rotated token takes effect. */
export function bearer(source: SecretSource): Authorize {
  return async (request) => {
    request.headers["authorization"] = `Bearer ${await resolveHeaderSecret(source, "token")}`;
  };
}
