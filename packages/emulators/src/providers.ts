import type { Providers } from "./kit/run-command.ts";

/** The providers that can be started from a command line. Each is loaded when it is named. */
export const providers: Providers = {
  digitalocean: {
    summary: "DigitalOcean API v2: volumes, snapshots, actions, tags",
    load: async () => (await import("./digitalocean/command.ts")).digitalOceanCommand,
  },
  "samsung-scp": {
    summary: "Samsung Cloud Platform v2 virtualserver: volumes, snapshots",
    load: async () => (await import("./samsung-scp/command.ts")).samsungScpCommand,
  },
};
