import type { VirtualClock } from "@polyvol/core/driver";
import type { Emulator } from "@polyvol/emulators";
import { createOpenStackEmulator, type OpenStackOptions } from "@polyvol/emulators/openstack";
import type { OpenStackDriverOptions } from "@polyvol/openstack";

/** What tests look for wherever no secret may stand. */
const PASSWORD = "correct-horse-battery-staple";

/** Servers of the cloud, in the form of Nova's ids. */
export const SERVERS = [
  "b13531ca-99ec-4aa5-a2dd-a85665b0a358",
  "2a9be312-5d4b-4bc8-b2ae-35100fa9241f",
] as const;

/** The emulator behind a real port, with one user who has one project. */
export interface EmulatedCloud {
  readonly emulator: Emulator;
  /** What a driver or a storage is made of. Default of `password`: that of the user. */
  connection(password?: string): OpenStackDriverOptions;
  close(): Promise<void>;
}

export async function openEmulatedCloud(
  clock: VirtualClock,
  options: OpenStackOptions = {},
): Promise<EmulatedCloud> {
  const users = [{ name: "demo", password: PASSWORD, projects: ["demo"] }];
  const emulator = createOpenStackEmulator({ users, servers: SERVERS, ...options, clock });
  const { url, close } = await emulator.listen();
  const who = { authUrl: `${url}/identity/v3`, username: "demo", projectName: "demo", clock };
  return { emulator, connection: (password = PASSWORD) => ({ ...who, password }), close };
}
