import "reflect-metadata";
import { NestFactory } from "@nestjs/core";
import { connect, loadConfig } from "@polyvol/config";
import { CREDENTIALS, checkVolumesService, type Get, startClouds } from "@polyvol-examples/test-support";
import { onTestFinished, test } from "vitest";
import { volumesModule } from "../src/volumes.module.ts";

const CONFIG = new URL("../polyvol.config.yaml", import.meta.url);

test("volumes of the configured clouds, page by page, and what is not there", async () => {
  const { emulators, configLike } = await startClouds();
  const path = await configLike(CONFIG);
  const clouds = async () => await connect(await loadConfig({ path }), { environment: CREDENTIALS });

  const application = await NestFactory.create(volumesModule(clouds), { logger: false });
  onTestFinished(() => application.close());
  await application.listen(0, "127.0.0.1");
  const get: Get = async (target) => {
    const response = await fetch(`${await application.getUrl()}${target}`);
    return { status: response.status, body: await response.json() };
  };

  await checkVolumesService(emulators, get);
});
