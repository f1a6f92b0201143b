import { join } from "node:path";
import { inspect } from "node:util";
import { connect, loadConfig, parseConfig } from "@polyvol/config";
import { expect, test } from "vitest";
import { errorOf, folderWith } from "./support.ts";

const SECRET = "hunter2-very-secret";

function everythingOf(value: unknown): string {
  const nested = value instanceof Error ? [value.message, value.stack, inspect(value.cause)] : [];
  return [inspect(value, { depth: 20, showHidden: true }), JSON.stringify(value), ...nested].join("\n");
}

/** Files that are wrong in ways that put a secret where a careless message would show it. */
const careless: readonly (readonly [name: string, file: string, text: string])[] = [
  ["no YAML after it", "c.yaml", `clouds: { a: { provider: digitalocean, credentials: { token: "${SECRET}`],
  ["an alias of that name", "c.yaml", `clouds: *${SECRET}\n`],
  ["an unexpected word", "c.yaml", `clouds: {}\n]${SECRET}\n`],
  [
    "a tag of that name",
    "c.yaml",
    `clouds: { a: { provider: digitalocean, credentials: { token: !${SECRET} x } } }\n`,
  ],
  ["no JSON around it", "c.json", `{"clouds": ${SECRET}}`],
  ["a literal", "c.yaml", `clouds: { a: { provider: digitalocean, credentials: { token: ${SECRET} } } }\n`],
  [
    "a literal for all credentials",
    "c.yaml",
    `clouds: { a: { provider: digitalocean, credentials: ${SECRET} } }\n`,
  ],
  [
    "a list of literals",
    "c.yaml",
    `clouds: { a: { provider: digitalocean, credentials: { token: [${SECRET}] } } }\n`,
  ],
  [
    "it as name of a variable",
    "c.yaml",
    `clouds: { a: { provider: digitalocean, credentials: { token: { env: ${SECRET} } } } }\n`,
  ],
  [
    "a password in an address",
    "c.yaml",
    `clouds: { a: { provider: digitalocean, options: { baseUrl: "ftp://u:${SECRET}@h" } } }\n`,
  ],
  ["it in place of a cloud", "c.yaml", `clouds: { a: ${SECRET} }\n`],
];

test.each(careless)("an error does not show a secret: %s", async (_name, file, text) => {
  const folder = await folderWith({ [file]: text });
  const error = await errorOf(loadConfig({ path: join(folder, file) }));
  expect(everythingOf(error)).not.toContain(SECRET);
});

test("something that looks like a token is not taken for the name of a variable", async () => {
  const token = `dop_v1_${"0123456789abcdef".repeat(4)}`;
  const text = `clouds: { a: { provider: digitalocean, credentials: { token: { env: ${token} } } } }\n`;
  const folder = await folderWith({ "c.yaml": text });
  const error = await errorOf(loadConfig({ path: join(folder, "c.yaml") }));
  expect(everythingOf(error)).not.toContain(token);
  expect(String(error)).toContain("the name of an environment variable, not the secret itself");
});

test("neither a configuration nor its clouds show what they hold", async () => {
  const text = `allowLiteralSecrets: true
clouds:
  a: { provider: digitalocean, credentials: { token: ${SECRET} } }
  b: { provider: samsung-scp, region: kr-west1, options: { environment: e }, credentials: { accessKey: { env: K }, secretKey: { file: key } } }
`;
  const folder = await folderWith({ "c.yaml": text, key: `${SECRET}\n` });
  const config = await loadConfig({ path: join(folder, "c.yaml") });
  const clouds = await connect(config, { environment: { K: SECRET } });
  expect([...clouds.keys()]).toEqual(["a", "b"]);
  expect(everythingOf(config)).not.toContain(SECRET);
  expect(everythingOf(clouds)).not.toContain(SECRET);
  for (const storage of clouds.values()) expect(everythingOf(storage)).not.toContain(SECRET);
});

test("what an adapter refuses is told without the secret", async () => {
  const config = parseConfig({
    clouds: { a: { provider: "digitalocean", credentials: { token: { env: "T" } } } },
  });
  const error = await errorOf(connect(config, { environment: { T: `${SECRET} with blanks` } }));
  expect(everythingOf(error)).not.toContain(SECRET);
  expect(String(error)).toContain("clouds.a.credentials.token.env: found T, whose value cannot be one");
});
