#!/bin/sh
# A wait of AWS' client for JavaScript takes every error for one that passes: who may not look at snapshots (403) learns of it
# when the time of the wait is over, as a TimeoutError. So does who waits for a volume that has failed, and who waits for the
# end of volumes by a filter, once they are gone. botocore ends with the 403 at the first look. Debian 12's botocore.
. "$(dirname -- "$0")/lib/install.sh"
/usr/bin/python3 -W ignore -c 'import botocore' 2>/dev/null || {
  echo "this finding needs Debian's python3-botocore" >&2
  exit 2
}
install @aws-sdk/client-ec2@3.1169.0
cat >run.py <<'SCRIPT'
import sys
from botocore.exceptions import WaiterError
from botocore.session import Session

ec2 = Session().create_client('ec2', region_name='eu-west-1', endpoint_url=sys.argv[1], aws_access_key_id='A', aws_secret_access_key='S')
try:
    ec2.get_waiter('snapshot_completed').wait(SnapshotIds=['snap-1'], WaiterConfig={'Delay': 1, 'MaxAttempts': 6})
    print('completed')
except WaiterError as error:
    print('UnauthorizedOperation' if 'UnauthorizedOperation' in str(error) else error)
SCRIPT
cat >run.mjs <<'SCRIPT'
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { EC2Client, waitUntilSnapshotCompleted, waitUntilVolumeAvailable, waitUntilVolumeDeleted } from "@aws-sdk/client-ec2";
import { standIn, verdict } from "./finding.mjs";

const headers = { "content-type": "text/xml" };
const denied = "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>You are not authorized.</Message></Error></Errors></Response>";
const refusal = { status: 403, headers, body: denied };
const volumes = (items) => ({ headers, body: `<Answer xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><volumeSet>${items}</volumeSet></Answer>` });
const failed = volumes("<item><volumeId>vol-1</volumeId><status>error</status></item>");

/** How a wait of six seconds ended against a server that gives this one answer, and whether it was after one look. */
async function wait(answer, call) {
  const server = await standIn(() => answer);
  const ec2 = new EC2Client({ endpoint: server.url, region: "eu-west-1", credentials: { accessKeyId: "A", secretAccessKey: "S" } });
  const said = await call({ client: ec2, maxWaitTime: 6, minDelay: 1, maxDelay: 1 }, server.url).then(
    (result) => result.state ?? result.stdout.trim(),
    ({ name }) => name,
  );
  server.close();
  return `${said}, ${server.seen.length === 1 ? "after one look" : "after several looks"}`;
}
const byFilter = { Filters: [{ Name: "tag:Name", Values: ["scratch"] }] };
const rows = [
  {
    what: "waitUntilSnapshotCompleted, where the first look is refused with 403",
    expected: "UnauthorizedOperation, after one look",
    found: "TimeoutError, after several looks",
    seen: await wait(refusal, (how) => waitUntilSnapshotCompleted(how, { SnapshotIds: ["snap-1"] })),
  },
  {
    what: "the same by botocore",
    expected: "UnauthorizedOperation, after one look",
    found: "UnauthorizedOperation, after one look",
    seen: await wait(refusal, (_, url) => promisify(execFile)("/usr/bin/python3", ["-W", "ignore", "run.py", url])),
  },
  {
    what: "waitUntilVolumeAvailable of a volume whose state is error",
    expected: "an error that says so, after one look",
    found: "TimeoutError, after several looks",
    seen: await wait(failed, (how) => waitUntilVolumeAvailable(how, { VolumeIds: ["vol-1"] })),
  },
  {
    what: "waitUntilVolumeDeleted by a filter that nothing matches any more",
    expected: "SUCCESS, after one look",
    found: "TimeoutError, after several looks",
    seen: await wait(volumes(""), (how) => waitUntilVolumeDeleted(how, byFilter)),
  },
];
process.stdout.write(`botocore ${(await promisify(execFile)("/usr/bin/python3", ["-c", "import botocore; print(botocore.__version__)"])).stdout.trim()}, `);
verdict(["@aws-sdk/client-ec2"], rows);
SCRIPT
no_proxy='*' node --no-warnings run.mjs
