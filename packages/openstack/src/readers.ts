import { isPolyvolError, PolyvolError } from "@polyvol/core";
import { type CallContext, isSameId } from "@polyvol/core/driver";
import { hasNextLink } from "@polyvol/core/http";
import * as api from "./api.ts";
import type { Client } from "./client.ts";

const PAGE_SIZE = 1_000;
/** How often the listing begins anew because the volume that a page ended with has gone. */
const MOST_RESTARTS = 8;

/** Who reads a snapshot or a volume just now: the volumes that are being made of it. */
export function createReaders(client: Client) {
  /** Sources of creates that have not been answered, and so show nowhere; one entry for each. */
  let unanswered: readonly string[] = [];

  /** One page of the volumes that are being made; `undefined` where the one that it begins after has gone. */
  async function creatingAfter(after: string | undefined, context: CallContext) {
    const page = { size: PAGE_SIZE, ...(after === undefined ? {} : { after }) };
    try {
      return await client.send(api.listVolumes(page, { status: "creating" }), context);
    } catch (error) {
      if (isPolyvolError(error, "not_found")) return undefined;
      throw error;
    }
  }

  return {
    /** Runs a create that reads `sources`. */
    during: async <T>(
      sources: readonly (string | null | undefined)[],
      create: () => Promise<T>,
    ): Promise<T> => {
      const ids = sources.filter((source) => typeof source === "string");
      unanswered = [...unanswered, ...ids];
      try {
        return await create();
      } finally {
        for (const id of ids) unanswered = unanswered.toSpliced(unanswered.indexOf(id), 1);
      }
    },
    /**
     * The service lets go of a source while a volume is being made of it, and the volume ends in `error`.
     * @throws PolyvolError `conflict`, retryable, naming the volume
     */
    refuseWhileRead: async (
      by: "snapshot_id" | "source_volid",
      id: string,
      context: CallContext,
    ): Promise<void> => {
      if (unanswered.some((each) => isSameId(each, id))) throw isRead("a volume");
      let after: string | undefined;
      let seen = new Set<string>();
      for (let restarts = 0; ; ) {
        const page = await creatingAfter(after, context);
        if (page === undefined) {
          // What is missing is the place in the listing; taken for the source, it would be its deletion.
          restarts += 1;
          if (restarts > MOST_RESTARTS) throw unsettled();
          after = undefined;
          seen = new Set();
          continue;
        }
        const reader = page.volumes.find((each) => each.status === "creating" && isSameId(each[by], id));
        if (reader !== undefined) throw isRead(`volume ${reader.id}`);
        after = page.volumes.at(-1)?.id;
        if (!hasNextLink(page.volumes_links) || after === undefined) return;
        if (page.volumes.every((each) => seen.has(each.id))) throw repeating();
        for (const each of page.volumes) seen.add(each.id);
      }
    },
  };
}

function isRead(reader: string): PolyvolError {
  return busy(`${reader} is being made of it`);
}

function unsettled(): PolyvolError {
  return busy("volumes come and go too fast to tell whether one is being made of it");
}

function repeating(): PolyvolError {
  const reason = "the pages of volumes repeat without end; whether one is being made of it is not known";
  return new PolyvolError("malformed_response", reason, { outcome: "not_applied", retryable: true });
}

function busy(reason: string): PolyvolError {
  return new PolyvolError("conflict", reason, { outcome: "not_applied", retryable: true });
}
