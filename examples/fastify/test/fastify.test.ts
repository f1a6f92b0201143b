import "reflect-metadata";
import { loadConfig } from "@polyvol/config";
import { registerClouds, TOKENS } from "@polyvol/config/tsyringe";
import { CREDENTIALS, checkVolumesService, type Get, startClouds } from "@polyvol-examples/test-support";
import { container } from "tsyringe";
import { onTestFinished, test } from "vitest";
import { createServer } from "../src/server.ts";

const CONFIG = new URL("../polyvol.config.yaml", import.meta.url);

test("volumes of the configured clouds, page by page, and what is not there", async () => {
  const { emulators, configLike } = await startClouds();
  const own = container.createChildContainer();
  const config = await loadConfig({ path: await configLike(CONFIG) });
  await registerClouds(own, config, { environment: CREDENTIALS });
  const server = createServer(own.resolve(TOKENS.clouds));
  onTestFinished(() => server.close());
  const get: Get = async (url) => {
    const response = await server.inject({ url });
    return { status: response.statusCode, body: response.json() };
  };

  await checkVolumesService(emulators, get);
});
