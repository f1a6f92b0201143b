import ky from "ky";
import * as z from "zod";
import { type Client, HEADERS, pageUrl, plainPages } from "./client.ts";

const text = z.string();
const snapshot = z.object({
  id: text.min(1),
  name: text,
  created_at: z.iso.datetime({ offset: true }),
  regions: z.array(text),
  resource_id: text,
  resource_type: text,
  min_disk_size: z.int(),
  size_gigabytes: z.number(),
  tags: z.array(text).nullish(),
});
const many = z.object({ snapshots: z.array(snapshot), meta: z.object({ total: z.int() }) });
const one = z.object({ snapshot });

/** What one writes by hand with these two libraries: answers are checked, nothing is recovered. */
export function kyZod(base: string): Client {
  const http = ky.create({ headers: HEADERS });
  const list = (concurrency: number): Promise<number> =>
    plainPages(async (page) => {
      const { snapshots, meta } = many.parse(await http.get(pageUrl(base, page)).json());
      return { snapshots, total: meta.total };
    }, concurrency);
  return {
    list,
    stream: () => list(1),
    create: async (volumeId, name) => {
      one.parse(await http.post(`${base}/v2/volumes/${volumeId}/snapshots`, { json: { name } }).json());
    },
  };
}
