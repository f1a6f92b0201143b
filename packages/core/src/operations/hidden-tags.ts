import { runCall } from "../call/call.ts";
import type { Runtime } from "../call/runtime.ts";
import { PolyvolError } from "../errors.ts";
import type { ResourceKind, ResourceQuery } from "../resource.ts";
import { rightToSee, type Tagged, tagTexts } from "../tags.ts";

/**
 * A listing by tags must not be empty just because the credentials cannot see tags. Where nothing that was listed has
 * one, the driver is asked, if it can tell; else nothing is sent. Undefined for other listings.
 */
export function watchTags(
  runtime: Runtime,
  kind: ResourceKind,
  { tags }: ResourceQuery,
  abortSignal: AbortSignal | undefined,
) {
  const { driver, capabilities } = runtime;
  const canSeeTags = driver.canSeeTags?.bind(driver);
  if (tags === undefined || Object.keys(tags).length === 0 || canSeeTags === undefined) return undefined;
  let items = 0;
  let shown = false;
  return {
    /** Each item of the provider's, whether it fits or not. */
    see: (item: Tagged): void => {
      items += 1;
      shown ||= tagTexts(item).length > 0;
    },
    /** @throws PolyvolError `permission_denied` where nothing shows a tag, since the credentials are not shown any */
    atEnd: async (): Promise<void> => {
      if (shown || items === 0) return;
      await runCall(runtime, { operation: `${kind}s.list`, options: { abortSignal } }, async (call) => {
        if (await call.send("read", (context) => canSeeTags(context))) return;
        const needs = rightToSee("them", capabilities.limits.tags?.readScope);
        throw new PolyvolError("permission_denied", `the credentials cannot see tags: they need ${needs}`);
      });
    },
  };
}
