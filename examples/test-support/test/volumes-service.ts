import { expect } from "vitest";
import type { EmulatedClouds } from "./clouds.ts";

/** Asks a service for a path. */
export type Get = (path: string) => Promise<{
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what the service answers is looked at below
  readonly body: any;
}>;

/** What each web service of the examples answers: volumes of the configured clouds, page by page, and what is not there. */
export async function checkVolumesService(emulators: EmulatedClouds["emulators"], get: Get): Promise<void> {
  const named = ["a", "b", "c"].map((name) => ({ name, region: "nyc3", size_gigabytes: 10 }));
  emulators.digitalocean.seed({ volumes: named });
  emulators["samsung-scp"].seed({ volumes: [{ name: "data" }] });

  const first = await get("/clouds/ocean/volumes");
  expect(first.body.volumes).toHaveLength(2);
  const second = await get(`/clouds/ocean/volumes?token=${encodeURIComponent(first.body.next)}`);
  expect(second.body.volumes).toHaveLength(1);
  expect(second.body.next).toBeUndefined();
  expect((await get("/clouds/samsung/volumes")).body.volumes).toMatchObject([{ name: "data" }]);

  const [volume] = first.body.volumes;
  expect((await get(`/clouds/ocean/volumes/${volume.id}`)).body).toEqual(volume);
  const missing = await get(`/clouds/ocean/volumes/${volume.id.slice(0, -4)}0000`);
  expect(missing).toMatchObject({ status: 404, body: { code: "not_found" } });
  const unknown = await get("/clouds/nope/volumes");
  expect(unknown).toMatchObject({
    status: 404,
    body: { message: expect.stringContaining('no cloud "nope"') },
  });
}
