#!/bin/sh
# @digitalocean/dots with the kiota that its version range brings cannot read any answer with an array of strings.
. "$(dirname -- "$0")/lib/install.sh"
kiota=1.0.0-preview.109
install @digitalocean/dots@1.19.0 "@microsoft/kiota-bundle@$kiota" "@microsoft/kiota-http-fetchlibrary@$kiota" \
  "@microsoft/kiota-abstractions@$kiota" "@microsoft/kiota-serialization-json@$kiota"
cat >run.mjs <<'SCRIPT'
import { createDigitalOceanClient, DigitalOceanApiKeyAuthenticationProvider } from "@digitalocean/dots";
import { FetchRequestAdapter } from "@microsoft/kiota-http-fetchlibrary";
import { standIn, verdict } from "./finding.mjs";

const volume = { id: "506f78a4-e098-11e5-ad9f-000f53306ae1", name: "data", size_gigabytes: 10 };
const answers = {
  "without an array of strings": { volumes: [volume], links: {}, meta: { total: 1 } },
  "with tags": { volumes: [{ ...volume, tags: ["web"] }], links: {}, meta: { total: 1 } },
};
const rows = [];
for (const [what, json] of Object.entries(answers)) {
  const server = await standIn(() => ({ json }));
  const adapter = new FetchRequestAdapter(new DigitalOceanApiKeyAuthenticationProvider("T"));
  adapter.baseUrl = server.url;
  const seen = await createDigitalOceanClient(adapter)
    .v2.volumes.get()
    .then(({ volumes }) => `${volumes.length} volume`, (error) => `threw: ${error.message}`);
  server.close();
  const fails = "threw: encountered an unsupported type during deserialization undefined";
  rows.push({ what: `GET /v2/volumes, ${what}`, expected: "1 volume", found: json.volumes[0].tags ? fails : "1 volume", seen });
}
verdict(["@digitalocean/dots", "@microsoft/kiota-serialization-json"], rows);
SCRIPT
node run.mjs
