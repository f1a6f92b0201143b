import type { DriverPage, PageRequest, Paging } from "../../src/driver.ts";
import { PolyvolError } from "../../src/errors.ts";
import type { PageSource } from "../../src/list/source.ts";
import { randomFrom } from "../random-from.ts";

export interface Item {
  readonly id: string;
}

/** A provider's sorted collection that changes between requests: one item deleted, one created, the total the same. */
export interface ChurningSource extends PageSource<Item> {
  /** Ids that existed from the start and still do. */
  readonly survivors: ReadonlySet<string>;
  readonly requests: readonly PageRequest[];
}

export interface ChurnOptions {
  readonly count: number;
  readonly paging: Paging;
  /** Deletions and creations before each answer. */
  readonly churn: number;
  readonly seed: number;
  readonly concurrency?: number;
  readonly requestSize?: number;
  /** What a marker that is gone gets. Default: an error. */
  readonly goneMarker?: "error" | "empty";
}

export function createChurningSource(options: ChurnOptions): ChurningSource {
  const random = randomFrom(options.seed);
  const newId = (): string => random().toString(36).slice(2).padEnd(12, "0");
  const ids = Array.from({ length: options.count }, newId).sort();
  const survivors = new Set(ids);
  const requests: PageRequest[] = [];

  function change(): void {
    for (let step = 0; step < options.churn; step += 1) {
      const [gone] = ids.splice(Math.floor(random() * ids.length), 1);
      if (gone !== undefined) survivors.delete(gone);
      const created = newId();
      const place = ids.findIndex((id) => id > created);
      ids.splice(place < 0 ? ids.length : place, 0, created);
    }
  }

  function answer(page: PageRequest): DriverPage<Item> {
    if (page.number !== undefined) {
      const start = (page.number - 1) * page.size;
      return { items: toItems(ids.slice(start, start + page.size)), total: ids.length };
    }
    let start = 0;
    if (page.after !== undefined) {
      const marker = ids.indexOf(page.after);
      if (marker < 0) {
        if (options.goneMarker === "empty") return { items: [] };
        throw new PolyvolError("not_found", "no such marker");
      }
      start = marker + 1;
    }
    return { items: toItems(ids.slice(start, start + page.size)) };
  }

  return {
    paging: options.paging,
    concurrency: options.concurrency ?? 8,
    requestSize: options.requestSize,
    survivors,
    requests,
    fetch: async (page) => {
      requests.push(page);
      // Answers come in any order: each waits a few turns, and the collection changes just before each.
      for (let turns = Math.floor(random() * 6); turns > 0; turns -= 1) await Promise.resolve();
      change();
      return answer(page);
    },
  };
}

function toItems(ids: readonly string[]): Item[] {
  return ids.map((id) => ({ id }));
}
