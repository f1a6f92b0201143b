/** An emulated cloud that tests ask in 3.70, on a virtual clock. */
import { createVirtualClock } from "@polyvol/emulators";
import { createOpenStackEmulator, type OpenStackOptions } from "@polyvol/emulators/openstack";

export const BASE = "http://cloud.test";

export interface Cloud {
  readonly emulator: ReturnType<typeof createOpenStackEmulator>;
  /** One request of the project `demo`, in 3.70. */
  ask(method: string, path: string, body?: object, version?: string): Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: what a service answers
  readonly body: any;
}

export async function login(
  emulator: Cloud["emulator"],
  name: string,
  password: string,
  project: string | undefined,
): Promise<Answer> {
  const domain = { name: "Default" };
  const identity = { methods: ["password"], password: { user: { name, domain, password } } };
  const scope = project === undefined ? {} : { scope: { project: { name: project, domain } } };
  return await read(
    await emulator.fetch(`${BASE}/identity/v3/auth/tokens`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ auth: { identity, ...scope } }),
    }),
  );
}

export async function read(response: Response): Promise<Answer> {
  const text = await response.text();
  const body = text === "" ? undefined : JSON.parse(text);
  return { status: response.status, headers: response.headers, body };
}

export async function open(options: OpenStackOptions = {}): Promise<Cloud> {
  const emulator = createOpenStackEmulator({ clock: createVirtualClock(), ...options });
  const { headers, body } = await login(emulator, "demo", "any", "demo");
  const token = headers.get("x-subject-token") ?? "";
  return {
    emulator,
    ask: async (method, path, sent, version = "3.70") =>
      await read(
        await emulator.fetch(`${BASE}/v3/${body.token.project.id}${path}`, {
          method,
          headers: {
            "x-auth-token": token,
            "openstack-api-version": `volume ${version}`,
            ...(sent === undefined ? {} : { "content-type": "application/json" }),
          },
          ...(sent === undefined ? {} : { body: JSON.stringify(sent) }),
        }),
      ),
  };
}

export async function makeVolume({ ask, emulator }: Cloud, fields: object = {}): Promise<string> {
  const { body } = await ask("POST", "/volumes", { volume: { size: 1, name: "db", ...fields } });
  await emulator.advance(1_000);
  return body.volume.id;
}
