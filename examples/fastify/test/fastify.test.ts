import "reflect-metadata";
import { loadConfig } from "@polyvol/config";
import { registerClouds, TOKENS } from "@polyvol/config/tsyringe";
import { CREDENTIALS, startClouds } from "@polyvol-examples/test-support";
import { container } from "tsyringe";
import { expect, onTestFinished, test } from "vitest";
import { createServer } from "../src/server.ts";

const CONFIG = new URL("../polyvol.config.yaml", import.meta.url);

test("volumes of the configured clouds, page by page, and what is not there", async () => {
  const { emulators, configLike } = await startClouds();
  const named = ["a", "b", "c"].map((name) => ({ name, region: "nyc3", size_gigabytes: 10 }));
  emulators.digitalocean.seed({ volumes: named });
  emulators["samsung-scp"].seed({ volumes: [{ name: "data" }] });

  const own = container.createChildContainer();
  const config = await loadConfig({ path: await configLike(CONFIG) });
  await registerClouds(own, config, { environment: CREDENTIALS });
  const server = createServer(own.resolve(TOKENS.clouds));
  onTestFinished(() => server.close());
  const get = async (url: string) => {
    const response = await server.inject({ url });
    return { status: response.statusCode, body: response.json() };
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
