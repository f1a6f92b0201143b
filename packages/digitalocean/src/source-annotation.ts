/**
 * DigitalOcean does not record which snapshot a volume was made from, so the description does, at its end:
 * `nightly data [polyvol source=91aa0d2e-84ac-11f0-9c1e-0a58ac14c0de]`. It cannot change later.
 */

import type { Volume } from "@polyvol/core";
import { refusedArgument } from "@polyvol/core/driver";

/** Longest description, in bytes of UTF-8. */
export const MAX_DESCRIPTION_BYTES = 1024;

const UTF_8 = new TextEncoder();
const MARK = /^(?:([\s\S]*) )?\[polyvol source=([0-9A-Fa-f-]+)\]$/;

/**
 * The description to send: the user's own and, for a restore, the mark.
 * @throws PolyvolError `invalid_argument` where they do not fit together, or the user's own ends in such a mark
 */
export function markDescription(
  own: string | undefined,
  sourceSnapshotId: string | undefined,
): string | undefined {
  if (own !== undefined && MARK.test(own)) {
    throw refusedArgument(
      "description: it ends in [polyvol source=…], which is how Polyvol itself notes a source",
    );
  }
  const mark = sourceSnapshotId === undefined ? undefined : `[polyvol source=${sourceSnapshotId}]`;
  const text = [own, mark].filter(Boolean).join(" ");
  const [bytes, ownBytes] = [text, own ?? ""].map((each) => UTF_8.encode(each).length) as [number, number];
  const allowed = MAX_DESCRIPTION_BYTES - (bytes - ownBytes);
  if (ownBytes > allowed) {
    const why = mark === undefined ? "" : ", since the rest notes the source";
    throw refusedArgument(`description: found ${ownBytes} bytes, allowed: ${allowed}${why}`);
  }
  return text === "" ? undefined : text;
}

/** The user's own description, and the source that is noted in it. */
export function readDescription(
  text: string | null | undefined,
): Pick<Volume, "description" | "sourceSnapshotId"> {
  if (!text) return {};
  const [, own, sourceSnapshotId] = (text.endsWith("]") && MARK.exec(text)) || [undefined, text];
  return { ...(own ? { description: own } : {}), ...(sourceSnapshotId ? { sourceSnapshotId } : {}) };
}
