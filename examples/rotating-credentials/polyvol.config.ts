import { readFile } from "node:fs/promises";
import { defineConfig } from "@polyvol/config";

/** Both keys, as the agent of a secret store writes them: into one file that it replaces as a whole. */
async function keys(): Promise<{ readonly accessKey: string; readonly secretKey: string }> {
  return JSON.parse(await readFile(process.env["SCP_KEYS_FILE"] ?? "secrets/scp-keys.json", "utf8"));
}

export default defineConfig({
  clouds: {
    ocean: {
      provider: "digitalocean",
      region: "nyc3",
      // Read at every request.
      credentials: {
        token: { file: process.env["DIGITALOCEAN_TOKEN_FILE"] ?? "secrets/digitalocean-token" },
      },
    },
    samsung: {
      provider: "samsung-scp",
      region: "kr-west1",
      // Asked at every request; anything that gives a text will do, such as a call to the store itself.
      credentials: {
        accessKey: async () => (await keys()).accessKey,
        secretKey: async () => (await keys()).secretKey,
      },
      options: { environment: "e" },
    },
  },
});
