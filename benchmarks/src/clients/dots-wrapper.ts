import { createApiClient } from "dots-wrapper";
import { type Client, PAGE_SIZE, plainPages, TOKEN } from "./client.ts";

/** A DigitalOcean client from the npm registry. It lists one page a call, and checks nothing. */
export function dotsWrapper(base: string): Client {
  const api = createApiClient({ token: TOKEN, endpoint: `${base}/v2` });
  const list = (concurrency: number): Promise<number> =>
    plainPages(async (page) => {
      const { data } = await api.snapshot.listSnapshots({
        resource_type: "volume",
        page,
        per_page: PAGE_SIZE,
      });
      return { snapshots: data.snapshots, total: data.meta?.total ?? 0 };
    }, concurrency);
  return {
    list: () => list(1),
    stream: () => list(1),
    create: async (volume_id, name) => {
      await api.volume.createVolumeSnapshot({ volume_id, name });
    },
  };
}
