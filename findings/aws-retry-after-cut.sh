#!/bin/sh
# AWS' client for JavaScript reads Retry-After, and waits at most five seconds longer than it would have waited without it: told
# to come back in 30 seconds, it asks again twice before that, and gives up. Told to come back in two seconds, it does.
. "$(dirname -- "$0")/lib/install.sh"
install @aws-sdk/client-ec2@3.1169.0
cat >run.mjs <<'SCRIPT'
import { DescribeSnapshotsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { standIn, verdict } from "./finding.mjs";

const body = "<Response><Errors><Error><Code>ServiceUnavailable</Code><Message>later</Message></Error></Errors></Response>";

/** How a listing ends that is told each time to come back in so many seconds, and whether it kept to that before it asked again. */
async function list(seconds) {
  const times = [];
  const server = await standIn(() => {
    times.push(performance.now());
    return { status: 503, headers: { "content-type": "text/xml", "retry-after": String(seconds) }, body };
  });
  const ec2 = new EC2Client({ endpoint: server.url, region: "eu-west-1", credentials: { accessKeyId: "A", secretAccessKey: "S" } });
  const said = await ec2.send(new DescribeSnapshotsCommand({})).then(
    () => "answered",
    ({ name }) => name,
  );
  server.close();
  const kept = times.every((time, index) => index === 0 || time - times[index - 1] >= seconds * 1000 - 100);
  return `${said}, requests: ${times.length}, ${kept ? "not before that time" : "before that time"}`;
}

verdict(["@aws-sdk/client-ec2"], [
  {
    what: "503 with Retry-After: 2, each time",
    expected: "ServiceUnavailable, requests: 3, not before that time",
    found: "ServiceUnavailable, requests: 3, not before that time",
    seen: await list(2),
  },
  {
    what: "503 with Retry-After: 30, each time",
    expected: "ServiceUnavailable, requests: 1, or 3 and not before that time",
    found: "ServiceUnavailable, requests: 3, before that time",
    seen: await list(30),
  },
]);
SCRIPT
node --no-warnings run.mjs
