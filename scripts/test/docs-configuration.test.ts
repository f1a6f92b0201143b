import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parsePolicies } from "../../packages/backup/src/index.ts";
import { loadConfig, PROVIDERS } from "../../packages/config/src/index.ts";
import { httpOptions, type Option, type Options } from "../../packages/core/src/driver.ts";
import { pollingOptions, retryOptions, storageOptions } from "../../packages/core/src/storage-options.ts";
import { EXAMPLES, fileWith } from "../docs/configuration-examples.ts";
import { allSections, configurationReference } from "../docs/configuration-page.ts";
import { docstringsOf } from "../docs/docstrings.ts";
import { ROOT } from "../docs/pages.ts";
import { withSection } from "../docs/table.ts";

const PAGE = `${ROOT}docs/configuration.md`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "polyvol-docs-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Reads a text as the configuration of its folder, policies too. */
async function load(text: string): Promise<void> {
  const path = join(folder, "polyvol.config.yaml");
  await writeFile(path, text);
  const { policies } = await loadConfig({ cwd: folder });
  if (policies !== undefined) parsePolicies(policies);
}

test("the reference is what schemas, errors and docstrings say", async () => {
  const wrong = "clouds:\n  ocean:\n    provider: digitalocaen\n    region: nyc3\n";
  const error = await load(wrong).catch((reason: unknown) => reason as Error);
  const shown = String(error?.message).replaceAll(`${folder}/`, "");
  expect(shown).toContain("digitalocean");
  const page = await readFile(PAGE, "utf8");
  const sampled = withSection(page, "sample configuration error", `\`\`\`text\n${shown}\n\`\`\``);
  await expect(withSection(sampled, "reference", configurationReference())).toMatchFileSnapshot(PAGE);
});

test("every key of the schemas is in it, and every example is taken", async () => {
  for (const { id, rows } of allSections()) {
    const keys = Object.keys(EXAMPLES[id]?.examples ?? {});
    if (keys.length > 0) expect(keys.sort(), id).toEqual(rows.map(({ key }) => key).sort());
    for (const { key, example } of rows) {
      const text = fileWith(id, key, example);
      await expect(load(text), `${id}.${key} in ${text}`).resolves.toBeUndefined();
    }
  }
});

test("the docstrings of options say what the reference says", () => {
  const places: readonly (readonly [file: string, name: string, options: Options])[] = [
    ["packages/core/src/storage-options.ts", "storageOptions", storageOptions],
    ["packages/core/src/storage-options.ts", "retryOptions", retryOptions],
    ["packages/core/src/storage-options.ts", "pollingOptions", pollingOptions],
    ["packages/core/src/http/options.ts", "httpOptions", httpOptions],
    ...PROVIDERS.map(
      ({ provider, options }) => [`packages/${provider}/src/options.ts`, "own", options] as const,
    ),
  ];
  for (const [file, name, options] of places) {
    for (const [key, { meaning }] of docstringsOf(file, name)) {
      const { secret, description } = options[key] as Option;
      if (!secret) expect(meaning, `${file} ${key}`).toBe(description);
    }
  }
});

test("the defaults that docstrings name are those that code fills in", () => {
  const base = { select: { name: "*" }, schedule: { every: "6h", timezone: "UTC" }, retention: { daily: 7 } };
  const hooks = { before: { command: ["sync"] } };
  const [policy] = parsePolicies({ nightly: { ...base, hooks } });
  const documented = (id: string, key: string): string | undefined =>
    allSections()
      .find((section) => section.id === id)
      ?.rows.find((row) => row.key === key)?.fallback;
  expect(documented("policy", "prefix")).toBe(`\`${policy?.prefix}\``);
  expect(documented("policy", "allowEmpty")).toMatch(new RegExp(`^${policy?.allowEmpty}\\b`));
  expect(documented("policy", "allowAttached")).toBe(String(policy?.allowAttached));
  expect(documented("policy", "concurrency")).toBe(String(policy?.concurrency));
  expect(documented("brakes", "maxShare")).toBe(String(policy?.brakes.maxShare));
  expect(policy?.brakes.minAgeMs === 0).toBe(documented("brakes", "minAge") === "none");
  expect(policy?.hooks.before?.timeoutMs === 60_000).toBe(documented("hooks", "timeout") === "`1min`");
});
