#!/bin/sh
# The core of IBM's clients says of a create whose answer was lost that "no connection was made to the service", although it was
# made, and the create carried out; of a service that nobody listens at it says the same. With enableRetries() it sends a POST
# again after a 503.
. "$(dirname -- "$0")/lib/install.sh"
install ibm-cloud-sdk-core@5.9.1
cat >run.mjs <<'SCRIPT'
import { once } from "node:events";
import { createServer } from "node:http";
import core from "ibm-cloud-sdk-core";
import { verdict } from "./finding.mjs";

/** What a create came to, and how many volumes there are then. The first answer is lost as `lose` says. */
async function create(lose, { retries = false, listening = true } = {}) {
  const made = [];
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      made.push(request.url);
      if (made.length === 1) return lose(response);
      response.writeHead(201, { "content-type": "application/json" }).end(JSON.stringify({ id: `volume-${made.length}` }));
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const serviceUrl = `http://127.0.0.1:${server.address().port}/v1`;
  if (!listening) server.close();
  const service = new core.BaseService({ authenticator: new core.NoAuthAuthenticator(), serviceUrl });
  if (retries) service.enableRetries({ maxRetries: 1, maxRetryInterval: 1 });
  const said = await service
    .createRequest({
      options: { url: "/volumes", method: "POST", body: { name: "db" } },
      defaultOptions: { serviceUrl, headers: { "Content-Type": "application/json" } },
    })
    .then(({ result }) => result.id, ({ body, status }) => status ?? body);
  server.close();
  server.closeAllConnections();
  return `${said} volumes: ${made.length}`;
}

const none = "Response not received - no connection was made to the service.";
verdict(["ibm-cloud-sdk-core"], [
  { what: "body of the error of a create where nobody listens", expected: `${none} volumes: 0`, found: `${none} volumes: 0`, seen: await create(undefined, { listening: false }) },
  { what: "that of one whose answer was lost once it was carried out", expected: "that no answer was received, and volumes: 1", found: `${none} volumes: 1`, seen: await create((response) => response.destroy()) },
  { what: "a create that is answered with 503 once it was carried out, with enableRetries()", expected: "503 volumes: 1", found: "volume-2 volumes: 2", seen: await create((response) => response.writeHead(503).end(), { retries: true }) },
]);
SCRIPT
node run.mjs
