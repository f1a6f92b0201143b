import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parsePolicies } from "../../packages/backup/src/index.ts";
import { loadConfig } from "../../packages/config/src/index.ts";
import { createDigitalOceanEmulator } from "../../packages/emulators/src/digitalocean/index.ts";
import { parseFaults } from "../../packages/emulators/src/index.ts";
import { createSamsungScpEmulator } from "../../packages/emulators/src/samsung-scp/index.ts";
import type { Block } from "./markdown.ts";
import { ordersOf, placeOf } from "./orders.ts";

/** Languages of blocks that hold data. */
export const DATA: ReadonlySet<string> = new Set(["yaml", "yml", "json"]);

/**
 * What is wrong with a block of data: it has to be readable, and whatever it is (a configuration, faults, a seed) the
 * code that reads such a thing has to take it.
 */
export async function checkDataBlock(block: Block): Promise<readonly string[]> {
  try {
    await checkData(block);
    return [];
  } catch (error) {
    return [`${placeOf(block)}: ${error instanceof Error ? error.message : String(error)}`];
  }
}

async function checkData(block: Block): Promise<void> {
  const data: unknown = block.language === "json" ? JSON.parse(block.code) : undefined;
  const keys = block.language === "json" ? Object.keys(Object(data)) : topKeys(block.code);
  if (keys.includes("clouds")) await checkConfiguration(block.code, block.language);
  else if (keys.includes("policies")) await checkConfiguration(withCloud(block, data), block.language);
  else if (Array.isArray(data)) parseFaults(data);
  else if (keys.includes("kind")) parseFaults([data]);
  else if (keys.includes("droplets")) createDigitalOceanEmulator().seed(data as object);
  else if (keys.includes("servers"))
    createSamsungScpEmulator({ accessKey: "A", secretKey: "S" }).seed(data as object);
  else
    throw new Error(`of no known kind; say what it is an excerpt of, or why it is not checked${hint(block)}`);
}

function hint(block: Block): string {
  return ordersOf(block).continues ? " (continues is for code)" : "";
}

/** The keys at the margin of a YAML text. */
function topKeys(yaml: string): readonly string[] {
  return [...yaml.matchAll(/^"?([A-Za-z$][\w$]*)"?:/gm)].map(([, key = ""]) => key);
}

/** Policies alone are part of a file that has clouds, too. */
function withCloud(block: Block, data: unknown): string {
  if (block.language === "json") {
    return JSON.stringify({ clouds: { main: { provider: "digitalocean" } }, ...(data as object) });
  }
  return `clouds: { main: { provider: digitalocean } }\n${block.code}`;
}

/** Reads it as a file, by the code that reads files. */
async function checkConfiguration(text: string, language: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "polyvol-docs-"));
  try {
    const path = join(folder, `polyvol.config.${language}`);
    await writeFile(path, text);
    const { policies } = await loadConfig({ path });
    if (policies !== undefined) parsePolicies(policies);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
