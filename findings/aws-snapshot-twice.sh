#!/bin/sh
# AWS' own clients repeat what fails of themselves, creates too. EC2 has a mark against a second one for volumes, which they send
# with each attempt (ClientToken), and none for snapshots: of a CreateSnapshot whose answer is lost there are two, one reported.
# So it is with the client for JavaScript and with botocore, of Debian 12.
. "$(dirname -- "$0")/lib/install.sh"
python=/usr/bin/python3
"$python" -W ignore -c 'import botocore' 2>/dev/null || {
  echo "this finding needs Debian's python3-botocore" >&2
  exit 2
}
install @aws-sdk/client-ec2@3.1169.0
cat >run.py <<'SCRIPT'
import sys
from botocore.session import Session

url, what = sys.argv[1:]
ec2 = Session().create_client('ec2', region_name='eu-west-1', endpoint_url=url, aws_access_key_id='A', aws_secret_access_key='S')
if what == 'volume':
    print(ec2.create_volume(AvailabilityZone='eu-west-1a', Size=10)['VolumeId'])
elif what == 'snapshot':
    print(ec2.create_snapshot(VolumeId='volume-1')['SnapshotId'])
SCRIPT
cat >run.mjs <<'SCRIPT'
import { execFile } from "node:child_process";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { CreateSnapshotCommand, CreateVolumeCommand, EC2Client } from "@aws-sdk/client-ec2";
import { verdict } from "./finding.mjs";

/** EC2, which carries out a create and loses its first answer; a create with a token that it knows is answered as the first. */
const made = new Map();
let requests = 0;
const server = createServer(async (request, response) => {
  const query = new URLSearchParams(await text(request));
  const kind = query.get("Action") === "CreateVolume" ? "volume" : "snapshot";
  requests += 1;
  const token = query.get("ClientToken") ?? requests;
  if (!made.has(token)) made.set(token, `${kind}-${made.size + 1}`);
  if (requests === 1) return request.socket.destroy();
  const body = `<requestId>r</requestId><${kind}Id>${made.get(token)}</${kind}Id>`;
  response.writeHead(200, { "content-type": "text/xml" });
  response.end(`<Answer xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">${body}</Answer>`);
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const endpoint = `http://127.0.0.1:${server.address().port}`;

/** What a create reports, and how many there are then. */
async function create(call) {
  made.clear();
  requests = 0;
  const reported = (await call()).trim();
  return `${reported} reported, ${made.size} made`;
}
const ec2 = new EC2Client({ endpoint, region: "eu-west-1", credentials: { accessKeyId: "A", secretAccessKey: "S" } });
const botocore = async (...words) => (await promisify(execFile)("/usr/bin/python3", ["-W", "ignore", "run.py", endpoint, ...words])).stdout;
const rows = [
  {
    what: "CreateVolume of the client for JavaScript",
    expected: "volume-1 reported, 1 made",
    found: "volume-1 reported, 1 made",
    seen: await create(async () => (await ec2.send(new CreateVolumeCommand({ AvailabilityZone: "eu-west-1a", Size: 10 }))).VolumeId),
  },
  {
    what: "CreateSnapshot of it",
    expected: "an error, 1 made",
    found: "snapshot-2 reported, 2 made",
    seen: await create(async () => (await ec2.send(new CreateSnapshotCommand({ VolumeId: "volume-1" }))).SnapshotId),
  },
  { what: "create_volume of botocore", expected: "volume-1 reported, 1 made", found: "volume-1 reported, 1 made", seen: await create(() => botocore("volume")) },
  { what: "create_snapshot of it", expected: "an error, 1 made", found: "snapshot-2 reported, 2 made", seen: await create(() => botocore("snapshot")) },
];
server.close();
server.closeAllConnections();
process.stdout.write(`botocore ${(await promisify(execFile)("/usr/bin/python3", ["-c", "import botocore; print(botocore.__version__)"])).stdout.trim()}, `);
verdict(["@aws-sdk/client-ec2"], rows);
SCRIPT
no_proxy='*' node --no-warnings run.mjs
