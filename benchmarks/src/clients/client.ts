/** What a measured client can do. Each is given the emulator's address when it is made. */
export interface Client {
  /** Reads all snapshots of the account, `concurrency` pages at a time, and says how many there were. */
  list(concurrency: number): Promise<number>;
  /** The same with the settings that a client has by itself, where it has any. */
  listByDefault?(): Promise<number>;
  /** Reads all snapshots one at a time without keeping any, and says how many there were. */
  stream(): Promise<number>;
  /** Makes one snapshot. */
  create(volumeId: string, name: string): Promise<void>;
}

export const TOKEN = "bench";
export const PAGE_SIZE = 200;

export const HEADERS: Readonly<Record<string, string>> = {
  authorization: `Bearer ${TOKEN}`,
  accept: "application/json",
};

export function pageUrl(base: string, page: number): string {
  return `${base}/v2/snapshots?resource_type=volume&page=${page}&per_page=${PAGE_SIZE}`;
}

interface Page {
  readonly snapshots: readonly unknown[];
  readonly total: number;
}

/** Plain pages of the largest size from the first to the last that the total promises: the least there is to do. */
export async function plainPages(
  read: (page: number) => Promise<Page>,
  concurrency: number,
): Promise<number> {
  const first = await read(1);
  const pages = Math.ceil(first.total / PAGE_SIZE);
  let count = first.snapshots.length;
  let next = 2;
  const work = async (): Promise<void> => {
    while (next <= pages) {
      const page = next;
      next += 1;
      const { snapshots } = await read(page);
      count += snapshots.length;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return count;
}
