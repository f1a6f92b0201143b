/** Where listings go on, and where they end. */
import { expect, test } from "vitest";
import { startCloud, VOLUME_ID, volume } from "./fake-cloud.ts";

test("a page that is shorter than was asked for goes on where it has a link, and no address of it is called", async () => {
  const link = [{ rel: "next", href: "http://elsewhere.example/v3/x/volumes/detail?marker=b" }];
  const all = ["c", "b", "a"].map((id) => volume({ id, name: id }));
  const cloud = await startCloud({
    cinder: ({ query }) => {
      const after = query.get("marker");
      const from = after === null ? 0 : all.findIndex((each) => (each as { id: string }).id === after) + 1;
      const volumes = all.slice(from, from + 2);
      return { body: { volumes, ...(volumes.length === 2 ? { volumes_links: link } : {}) } };
    },
  });
  const seen = await cloud.storage.volumes.list().toArray();
  expect(seen.map(({ id }) => id)).toEqual(["c", "b", "a"]);
});

test("2,000 volumes are three requests, the end of them proven", async () => {
  const all = Array.from({ length: 2_000 }, (_, index) => volume({ id: `v-${index}`, name: `v-${index}` }));
  const cloud = await startCloud({
    cinder: ({ query }) => {
      const after = query.get("marker");
      const from = after === null ? 0 : Number(after.slice(2)) + 1;
      const volumes = all.slice(from, from + Number(query.get("limit")));
      const isFull = volumes.length === Number(query.get("limit"));
      return { body: { volumes, ...(isFull ? { volumes_links: [{ rel: "next", href: "?" }] } : {}) } };
    },
  });
  expect(await cloud.storage.volumes.list().toArray()).toHaveLength(2_000);
  expect(cloud.seen).toHaveLength(3);
});

test("what an administrator finds by its name is of the project of the login", async () => {
  const cloud = await startCloud({
    cinder: ({ query }) => ({
      body: { volumes: query.has("all_tenants") ? [volume({ id: "of-another-project", name: "db" })] : [] },
    }),
  });
  expect(await cloud.storage.volumes.find({ name: "db" })).toBeUndefined();
  expect(await cloud.storage.volumes.list({ name: "db" }).toArray()).toEqual([]);
  expect(cloud.seen.length).toBeGreaterThan(0);
});

test("what a migration copies a volume to, which administrators are shown, is no volume of that name", async () => {
  const copy = volume({ id: "copy", name: "db", migration_status: `target:${VOLUME_ID}` });
  const cloud = await startCloud({
    cinder: () => ({ body: { volumes: [copy, volume({ name: "db", migration_status: "migrating" })] } }),
  });
  expect((await cloud.storage.volumes.list().toArray()).map(({ id }) => id)).toEqual([VOLUME_ID]);
  expect(await cloud.storage.volumes.find({ name: "db" })).toMatchObject({ id: VOLUME_ID });
});
