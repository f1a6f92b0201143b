#!/bin/sh
# Alibaba's own client, told to repeat what fails by the options of a call (autoretry and maxAttempts, or retryOptions, which
# its types have there), sends each request once: a listing that is answered with 503 fails. Release 4.3.0, which read
# autoretry, did no more. Only retryOptions in the configuration of the whole client are heeded.
. "$(dirname -- "$0")/lib/install.sh"
install @alicloud/ecs20140526@7.11.6 @alicloud/openapi-core@1.0.8 @darabonba/typescript@1.0.5 \
  ecs-4@npm:@alicloud/ecs20140526@4.3.0 @alicloud/openapi-client@0.4.15 @alicloud/tea-util@1.4.11
cat >run.mjs <<'SCRIPT'
import { createRequire } from "node:module";
import { standIn, verdict } from "./finding.mjs";

const require = createRequire(import.meta.url);
const seven = require("@alicloud/ecs20140526");
const { $OpenApiUtil } = require("@alicloud/openapi-core");
const { RetryCondition, RetryOptions, RuntimeOptions } = require("@darabonba/typescript");
const four = require("ecs-4");
const { Config } = require("@alicloud/openapi-client");
const { RuntimeOptions: RuntimeOptionsOfFour } = require("@alicloud/tea-util");

const refusal = { Code: "ServiceUnavailable", Message: "The request has failed due to a temporary failure of the server.", RequestId: "r" };
const disks = { Disks: { Disk: [{ DiskId: "d-1" }] }, RequestId: "r" };

/** What a listing comes to whose first answer is a 503, and how many requests it took. */
async function list({ ecs = seven, Configuration = $OpenApiUtil.Config, configuration = {}, options }) {
  const server = await standIn(() => (server.seen.length === 1 ? { status: 503, json: refusal } : { json: disks }));
  const address = { endpoint: `127.0.0.1:${server.port}`, protocol: "http", regionId: "eu-central-1" };
  const client = new ecs.default(new Configuration({ accessKeyId: "A", accessKeySecret: "S", ...address, ...configuration }));
  const request = new ecs.DescribeDisksRequest({ regionId: "eu-central-1" });
  const said = await client.describeDisksWithOptions(request, options).then(
    ({ body }) => `disks: ${body.disks.disk.length}`,
    ({ code }) => code,
  );
  server.close();
  return `${said}, requests: ${server.seen.length}`;
}

const auto = { autoretry: true, maxAttempts: 3, backoffPolicy: "fix", backoffPeriod: 1 };
const condition = new RetryCondition({ maxAttempts: 3, errorCode: ["ServiceUnavailable"], exception: ["ServerError"] });
const retryOptions = new RetryOptions({ retryable: true, retryCondition: [condition] });
const [once, twice] = ["ServiceUnavailable, requests: 1", "disks: 1, requests: 2"];
verdict(["@alicloud/ecs20140526", "@alicloud/openapi-core", "@darabonba/typescript", "ecs-4", "@alicloud/openapi-client"], [
  { what: "a listing, the first answer being a 503", expected: once, found: once, seen: await list({ options: new RuntimeOptions({}) }) },
  { what: "with autoretry and maxAttempts: 3", expected: twice, found: once, seen: await list({ options: new RuntimeOptions(auto) }) },
  { what: "with retryOptions for this call", expected: twice, found: once, seen: await list({ options: new RuntimeOptions({ retryOptions }) }) },
  { what: "with retryOptions of the client", expected: twice, found: twice, seen: await list({ configuration: { retryOptions }, options: new RuntimeOptions({}) }) },
  {
    what: "with autoretry and maxAttempts: 3, by release 4.3.0",
    expected: twice,
    found: once,
    seen: await list({ ecs: four, Configuration: Config, options: new RuntimeOptionsOfFour(auto) }),
  },
]);
SCRIPT
node run.mjs
