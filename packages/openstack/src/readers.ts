import { PolyvolError } from "@polyvol/core";
import type { CallContext } from "@polyvol/core/driver";
import * as api from "./api.ts";
import type { Client } from "./client.ts";

/** Who reads a snapshot or a volume just now: the volumes that are being made of it. */
export interface Readers {
  /** Runs a create that reads `sources`. */
  during<T>(sources: readonly (string | null | undefined)[], create: () => Promise<T>): Promise<T>;
  /**
   * The service lets go of a source while a volume is being made of it, and the volume ends in `error`.
   * @throws PolyvolError `conflict`, retryable, naming the volume
   */
  refuseWhileRead(by: "snapshot_id" | "source_volid", id: string, context: CallContext): Promise<void>;
}

const PAGE_SIZE = 1_000;

export function createReaders(client: Client): Readers {
  /** Sources of creates that have not been answered, and so show nowhere; one entry for each. */
  let unanswered: readonly string[] = [];

  return {
    during: async (sources, create) => {
      const ids = sources.filter((source) => typeof source === "string");
      unanswered = [...unanswered, ...ids];
      try {
        return await create();
      } finally {
        for (const id of ids) unanswered = unanswered.toSpliced(unanswered.indexOf(id), 1);
      }
    },
    refuseWhileRead: async (by, id, context) => {
      if (unanswered.includes(id)) throw isRead("a volume");
      let after: string | undefined;
      for (;;) {
        const page = { size: PAGE_SIZE, ...(after === undefined ? {} : { after }) };
        const { volumes, volumes_links } = await client.send(
          api.listVolumes(page, { status: "creating" }),
          context,
        );
        const reader = volumes.find((each) => each.status === "creating" && each[by] === id);
        if (reader !== undefined) throw isRead(`volume ${reader.id}`);
        after = volumes.at(-1)?.id;
        if (volumes_links !== true || after === undefined) return;
      }
    },
  };
}

function isRead(reader: string): PolyvolError {
  return new PolyvolError("conflict", `${reader} is being made of it`, {
    outcome: "not_applied",
    retryable: true,
  });
}
