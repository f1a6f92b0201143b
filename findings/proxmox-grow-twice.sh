#!/bin/sh
# proxmox-api sends every request again whose connection breaks, once, without being told to and without a word of it. Proxmox
# may be asked to grow a disk by so much ("+10G"): where the answer gets lost, the disk grows by twice as much. A create and a
# deletion are sent twice, too.
. "$(dirname -- "$0")/lib/install.sh"
install proxmox-api@1.1.1
cat >run.mjs <<'SCRIPT'
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import proxmoxApi from "proxmox-api";
import { verdict } from "./finding.mjs";

/** What came of a change that Proxmox carries out, and whose first answer is lost; the requests; the size of a disk of 32 GiB. */
async function run(call) {
  const requests = [];
  let size = 32;
  const server = createServer(async (request, response) => {
    const grown = /^[+](\d+)G$/.exec(new URLSearchParams(await text(request)).get("size") ?? "");
    requests.push(request.method);
    size += Number(grown?.[1] ?? 0);
    if (requests.length === 1) return request.socket.destroy();
    response.writeHead(200, { "content-type": "application/json;charset=UTF-8" }).end(JSON.stringify({ data: "UPID:one" }));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const token = { tokenID: "u@pam!t", tokenSecret: "12345678-1234-1234-1234-1234567890ab" };
  const api = proxmoxApi({ host: "127.0.0.1", port: server.address().port, schema: "http", ...token });
  const said = await call(api.nodes.$("one").qemu.$(100)).then(
    () => "answered",
    () => "an error",
  );
  server.close();
  server.closeAllConnections();
  return `${said}, requests: ${requests.join(", ")}; the disk has ${size} GiB`;
}

verdict(["proxmox-api"], [
  {
    what: 'resize by "+10G", whose answer is lost',
    expected: "an error, requests: PUT; the disk has 42 GiB",
    found: "answered, requests: PUT, PUT; the disk has 52 GiB",
    seen: await run((machine) => machine.resize.$put({ disk: "scsi1", size: "+10G" })),
  },
  {
    what: "a snapshot, likewise",
    expected: "an error, requests: POST; the disk has 32 GiB",
    found: "answered, requests: POST, POST; the disk has 32 GiB",
    seen: await run((machine) => machine.snapshot.$post({ snapname: "before" })),
  },
  {
    what: "a deletion, likewise",
    expected: "an error, requests: DELETE; the disk has 32 GiB",
    found: "answered, requests: DELETE, DELETE; the disk has 32 GiB",
    seen: await run((machine) => machine.snapshot.$("before").$delete()),
  },
]);
SCRIPT
node run.mjs
