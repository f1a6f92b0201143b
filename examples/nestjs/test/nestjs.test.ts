import "reflect-metadata";
import { NestFactory } from "@nestjs/core";
import { connect, loadConfig } from "@polyvol/config";
import { CREDENTIALS, startClouds } from "@polyvol-examples/test-support";
import { expect, onTestFinished, test } from "vitest";
import { VolumesModule } from "../src/volumes.module.ts";

const CONFIG = new URL("../polyvol.config.yaml", import.meta.url);

test("volumes of the configured clouds, page by page, and what is not there", async () => {
  const { emulators, configLike } = await startClouds();
  const named = ["a", "b", "c"].map((name) => ({ name, region: "nyc3", size_gigabytes: 10 }));
  emulators.digitalocean.seed({ volumes: named });
  emulators["samsung-scp"].seed({ volumes: [{ name: "data" }] });
  const path = await configLike(CONFIG);
  const clouds = async () => await connect(await loadConfig({ path }), { environment: CREDENTIALS });

  const application = await NestFactory.create(VolumesModule.with(clouds), { logger: false });
  onTestFinished(() => application.close());
  await application.listen(0, "127.0.0.1");
  // biome-ignore lint/suspicious/noExplicitAny: what the service answers is looked at below
  const get = async (target: string): Promise<{ readonly status: number; readonly body: any }> => {
    const response = await fetch(`${await application.getUrl()}${target}`);
    return { status: response.status, body: await response.json() };
  };

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
});
