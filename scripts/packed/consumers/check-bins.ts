import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { run } from "../processes.ts";

/** Starts the installed `polyvol-emulator` and lets the installed `polyvol` make and list a volume on it. */
export async function checkBins(home: string): Promise<void> {
  const parameters = ["digitalocean", "--token", "T"];
  const emulator = spawn(bin(home, "polyvol-emulator"), parameters, { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const [line] = (await once(createInterface({ input: emulator.stdout }), "line")) as [string];
    const { url } = JSON.parse(line) as { readonly url: string };
    await writeFile(join(home, "polyvol.config.yaml"), configuration(url));
    await polyvol(home, ["volumes", "create", "data", "--size", "10"]);
    const listed = await polyvol(home, ["volumes", "list", "--output", "json"]);
    if (!listed.includes('"data"'))
      throw new Error(`polyvol does not list the volume that it made\n${listed}`);
  } finally {
    emulator.kill();
  }
}

function bin(home: string, name: string): string {
  return join(home, "node_modules/.bin", name);
}

function configuration(url: string): string {
  return JSON.stringify({
    allowLiteralSecrets: true,
    clouds: {
      ocean: {
        provider: "digitalocean",
        region: "nyc3",
        credentials: { token: "T" },
        options: { baseUrl: url },
      },
    },
  });
}

async function polyvol(home: string, parameters: readonly string[]): Promise<string> {
  const purpose = `polyvol ${parameters.join(" ")} fails`;
  return await run({ command: bin(home, "polyvol"), parameters, cwd: home, purpose });
}
