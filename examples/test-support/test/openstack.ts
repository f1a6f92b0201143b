import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Emulator } from "@polyvol/emulators";
import { createOpenStackEmulator } from "@polyvol/emulators/openstack";
import { onTestFinished } from "vitest";
import { temporaryFolder } from "./folder.ts";

/** An emulated OpenStack, and the file of clouds that leads there. */
export interface EmulatedOpenStack {
  readonly emulator: Emulator;
  /** What the environment of a program has to say, so that `clouds.yaml` is the one of this test. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Starts one, empty, on the real clock, as the cloud `name` of a `clouds.yaml`. It ends with the test. */
export async function startOpenStack(name: string): Promise<EmulatedOpenStack> {
  const user = { name: "demo", password: "secret", projects: ["demo"] };
  const emulator = createOpenStackEmulator({ users: [user], workMs: 20 });
  const listener = await emulator.listen();
  onTestFinished(() => listener.close());
  const auth = { auth_url: listener.url, username: "demo", password: "secret", project_name: "demo" };
  const file = join(await temporaryFolder(), "clouds.yaml");
  // JSON is YAML as well.
  await writeFile(file, JSON.stringify({ clouds: { [name]: { auth } } }));
  return { emulator, environment: { OS_CLIENT_CONFIG_FILE: file } };
}
