import { spawn } from "node:child_process";
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Emulator } from "@polyvol/emulators";
import { createDigitalOceanEmulator } from "@polyvol/emulators/digitalocean";
import { createSamsungScpEmulator } from "@polyvol/emulators/samsung-scp";
import { temporaryFolder } from "@polyvol-examples/test-support";
import { expect, onTestFinished, test } from "vitest";
import config from "../polyvol.config.ts";

const PROGRAM = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const CONFIG = new URL("../polyvol.config.ts", import.meta.url);

interface Running {
  readonly ocean: Emulator;
  readonly samsung: Emulator;
  /** Replaces the secrets, as an agent does: the new file takes the place of the old one in one step. */
  store(generation: string): Promise<void>;
  /** Presses Enter, and gives a line for each cloud. */
  press(): Promise<readonly [string, string]>;
}

/** The accounts know the secrets of both generations; the program runs until the test is over. */
async function start(): Promise<Running> {
  const ocean = createDigitalOceanEmulator({ tokens: ["token-old", "token-new"] });
  ocean.seed({ volumes: [{ name: "data", region: "nyc3", size_gigabytes: 10 }] });
  const pair = (generation: string) => ({
    accessKey: `key-${generation}`,
    secretKey: `secret-${generation}`,
  });
  const samsung = createSamsungScpEmulator({ accessKeys: [pair("old"), pair("new")] });
  samsung.seed({ volumes: [{ name: "erp" }, { name: "mail" }] });
  const listeners = [await ocean.listen(), await samsung.listen()] as const;
  onTestFinished(async () => {
    await Promise.all(listeners.map((listener) => listener.close()));
  });

  const folder = await temporaryFolder();
  const files = { token: join(folder, "token"), keys: join(folder, "keys.json") };
  const store = async (generation: string): Promise<void> => {
    await writeFile(`${files.token}.next`, `token-${generation}\n`);
    await rename(`${files.token}.next`, files.token);
    await writeFile(`${files.keys}.next`, JSON.stringify(pair(generation)));
    await rename(`${files.keys}.next`, files.keys);
  };
  await store("old");

  const path = join(folder, "polyvol.config.mjs");
  await writeFile(path, configAt({ ocean: listeners[0].url, samsung: listeners[1].url }));
  const env = { ...process.env, DIGITALOCEAN_TOKEN_FILE: files.token, SCP_KEYS_FILE: files.keys };
  const child = spawn(process.execPath, ["--conditions=@polyvol/source", PROGRAM, path], {
    env,
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(async () => {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.stdin.end();
    expect(await ended).toBe(0);
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const line = await lines.next();
    if (line.done) throw new Error("the program has ended");
    return line.value;
  };
  return {
    ocean,
    samsung,
    store,
    press: async () => {
      child.stdin.write("\n");
      return [await next(), await next()];
    },
  };
}

/** The example's own configuration, its clouds at the addresses of the emulators. */
function configAt(urls: Readonly<Record<string, string>>): string {
  const clouds = Object.keys(config.clouds).map((name) => {
    const options = `{ ...config.clouds.${name}.options, baseUrl: "${urls[name]}" }`;
    return `${name}: { ...config.clouds.${name}, options: ${options} }`;
  });
  return `import config from "${CONFIG.href}";\nexport default { clouds: { ${clouds.join(", ")} } };\n`;
}

const BOTH = ["ocean: data", "samsung: erp, mail"];

/** From now on the old secrets are refused. */
function revokeOld({ ocean, samsung }: Running): void {
  const refusal = { kind: "answer", status: 401 } as const;
  ocean.faults.add({ ...refusal, match: { header: { authorization: "Bearer token-old" } } });
  samsung.faults.add({ ...refusal, match: { header: { "scp-accesskey": "key-old" } } });
}

/** The faults of both accounts end. */
function calm({ ocean, samsung }: Running): void {
  for (const { faults } of [ocean, samsung]) faults.clear();
}

test("secrets that are replaced are used at once; refused ones are read once more; revoked ones are reported", async () => {
  const running = await start();
  const { ocean, samsung } = running;
  expect(await running.press()).toEqual(BOTH);

  // Before they are revoked, as an agent does it: nothing is ever refused.
  await running.store("new");
  revokeOld(running);
  expect(await running.press()).toEqual(BOTH);
  const struck = [ocean, samsung].flatMap(({ faults }) => faults.list());
  expect(struck.map(({ applied }) => applied)).toEqual([0, 0]);

  calm(running);
  for (const { faults } of [ocean, samsung]) faults.add({ kind: "answer", status: 401, count: 1 });
  expect(await running.press()).toEqual(BOTH);

  calm(running);
  await running.store("old");
  expect(await running.press()).toEqual(BOTH);
  revokeOld(running);
  const refused = await running.press();
  expect(refused[0]).toMatch(/^ocean: digitalocean volumes\.list: .*\(unauthenticated/);
  expect(refused[1]).toMatch(/^samsung: samsung-scp volumes\.list: .*\(unauthenticated/);
  expect(refused.join()).not.toMatch(/token-old|key-old|secret-old/);
  await running.store("new");
  expect(await running.press()).toEqual(BOTH);
});
