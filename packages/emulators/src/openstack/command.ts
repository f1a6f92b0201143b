import type { Bulk, ProviderCommand } from "../kit/command.ts";
import { optionsOf } from "../kit/command-options.ts";
import { createOpenStackEmulator } from "./emulator.ts";
import { IDENTITY_PATH } from "./identity-documents.ts";
import { optionsSchema } from "./options.ts";

/** `polyvol-emulator openstack …` */
export const openStackCommand: ProviderCommand = {
  provider: "openstack",
  summary: "OpenStack block storage (Cinder API 3) and its logins (Keystone)",
  options: optionsOf(optionsSchema),
  environment: {},
  addresses: (url) => ({ authUrl: `${url}${IDENTITY_PATH}` }),
  examples: ["openstack --port 4030 --user demo:secret:demo", "openstack --work 0s --newest-version 3.39"],
  create(input) {
    const { all } = input.options(optionsSchema);
    if (all.users === undefined) input.note("no user given (--user): anybody can log in, with any password");
    return createOpenStackEmulator(all);
  },
  bulkSeed,
};

/** A made-up project: snapshots go round among its volumes. */
function bulkSeed({ volumes, snapshots }: Bulk): unknown {
  const nameOf = (index: number): string => `volume-${index + 1}`;
  return {
    volumes: Array.from({ length: volumes }, (_, index) => ({ name: nameOf(index), size: 10 })),
    snapshots: Array.from({ length: snapshots }, (_, index) => ({
      name: `snapshot-${index + 1}`,
      volume_name: nameOf(index % Math.max(1, volumes)),
    })),
  };
}
