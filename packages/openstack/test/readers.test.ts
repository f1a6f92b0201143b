import { expect, test } from "vitest";
import { SNAPSHOT_ID, snapshot, startCloud, volume } from "./fake-cloud.ts";

test("pages of volumes that repeat without end keep nobody waiting, and nothing is deleted", async () => {
  const other = volume({ id: "00000000-0000-4000-8000-000000000002", status: "creating" });
  const links = [{ rel: "next", href: "https://elsewhere.example/" }];
  const cloud = await startCloud({
    cinder: ({ method }, path) => {
      if (method === "DELETE") return { status: 202 };
      if (path === "/volumes/detail") return { body: { volumes: [other], volumes_links: links } };
      return path === `/snapshots/${SNAPSHOT_ID}` ? { body: { snapshot: snapshot() } } : undefined;
    },
  });
  await expect(cloud.storage.snapshots.delete(SNAPSHOT_ID)).rejects.toMatchObject({
    ...{ code: "malformed_response", outcome: "not_applied" },
    message: expect.stringContaining("repeat without end"),
  });
  expect(cloud.seen.filter((line) => line.startsWith("DELETE"))).toEqual([]);
});
