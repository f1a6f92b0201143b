import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Document, visit } from "yaml";
import type { EmulatedCloud } from "./emulated-clouds.ts";

/** A configuration file in a folder of its own. */
export interface WrittenConfig {
  readonly path: string;
  readonly text: string;
  remove(): Promise<void>;
}

/** Writes the configuration that names the clouds. */
export async function writeConfig(clouds: readonly EmulatedCloud[]): Promise<WrittenConfig> {
  const folder = await mkdtemp(join(tmpdir(), "polyvol-demo-"));
  const path = join(folder, "polyvol.config.yaml");
  const text = render({ clouds: Object.fromEntries(clouds.map(({ name, config }) => [name, config])) });
  await writeFile(path, text);
  return { path, text, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Block style down to the settings of a cloud; what is inside those, in one line each. */
function render(config: object): string {
  const document = new Document(config);
  visit(document, {
    Map(_key, node, ancestors) {
      if (node.items.length <= 2 && ancestors.length > 7) node.flow = true;
    },
  });
  return document.toString({ lineWidth: 0 });
}
