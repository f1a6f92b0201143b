import "reflect-metadata";
import { NestFactory } from "@nestjs/core";
import { connect, loadConfig } from "@polyvol/config";
import { volumesModule } from "./volumes.module.ts";

const [path = "polyvol.config.yaml", port = "3000"] = process.argv.slice(2);

const clouds = async () => await connect(await loadConfig({ path }));
const application = await NestFactory.create(volumesModule(clouds));
await application.listen(Number(port), "127.0.0.1");
