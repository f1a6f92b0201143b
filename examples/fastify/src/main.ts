import "reflect-metadata";
import { loadConfig } from "@polyvol/config";
import { registerClouds, TOKENS } from "@polyvol/config/tsyringe";
import { container } from "tsyringe";
import { createServer } from "./server.ts";

const [path = "polyvol.config.yaml", port = "3000"] = process.argv.slice(2);

const own = container.createChildContainer();
await registerClouds(own, await loadConfig({ path }));
await createServer(own.resolve(TOKENS.clouds), true).listen({ port: Number(port) });
