#!/bin/sh
# Huawei's own client may be given a second address of a service, for when the first one fails. It sends there also what the
# first one may have carried out: a create whose connection broke, or that was answered with 504, is made twice, and one is
# reported. Given one address it sends each once. It asks for a package, uuid, that it does not bring.
. "$(dirname -- "$0")/lib/install.sh"
install @huaweicloud/huaweicloud-sdk-core@3.1.211 @huaweicloud/huaweicloud-sdk-ecs@3.1.172 uuid@9.0.1
export HOME="$folder"
cat >run.mjs <<'SCRIPT'
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import core from "@huaweicloud/huaweicloud-sdk-core";
import ecs from "@huaweicloud/huaweicloud-sdk-ecs";
import log4js from "log4js";
import { verdict } from "./finding.mjs";

// Its log of what fails would go to the screen.
log4js.configure({ appenders: { none: { type: "stderr" } }, categories: { default: { appenders: ["none"], level: "off" } } });

/** Servers that were made; both addresses are of one service. */
const made = [];

/** An address of the service: it makes a server, and then answers, or loses the answer of the first. */
async function address(lose) {
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      made.push(`server-${made.length + 1}`);
      if (made.length === 1) return lose(response);
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ job_id: "j", serverIds: [made.at(-1)] }));
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

/** What a create reports, and how many servers there are then. */
async function create(addresses, lose) {
  made.length = 0;
  const servers = await Promise.all(Array.from({ length: addresses }, () => address(lose)));
  const credentials = new core.BasicCredentials().withAk("A").withSk("S").withProjectId("p");
  const endpoints = servers.map((server) => `http://127.0.0.1:${server.address().port}`);
  const client = ecs.EcsClient.newBuilder().withCredential(credentials).withEndpoint(endpoints).build();
  const body = new ecs.CreatePostPaidServersRequestBody().withServer(new ecs.PostPaidServer().withName("db"));
  const said = await client.createPostPaidServers(new ecs.CreatePostPaidServersRequest().withBody(body)).then(
    ({ serverIds }) => serverIds.join(", "),
    () => "an error",
  );
  for (const server of servers) server.close();
  return `${said}, made: ${made.length}`;
}

const broken = (response) => response.destroy();
const late = (response) => response.writeHead(504).end();
const { dependencies } = JSON.parse(readFileSync("node_modules/@huaweicloud/huaweicloud-sdk-core/package.json", "utf8"));
const rows = [
  { what: "a create whose connection breaks, with one address", expected: "an error, made: 1", found: "an error, made: 1", seen: await create(1, broken) },
  { what: "the same with two addresses", expected: "an error, made: 1", found: "server-2, made: 2", seen: await create(2, broken) },
  { what: "a create that is answered with 504, with two addresses", expected: "an error, made: 1", found: "server-2, made: 2", seen: await create(2, late) },
  { what: "uuid, without which it cannot be loaded, is among its dependencies", expected: true, found: false, seen: "uuid" in dependencies },
];
verdict(["@huaweicloud/huaweicloud-sdk-core", "@huaweicloud/huaweicloud-sdk-ecs"], rows);
SCRIPT
node run.mjs
