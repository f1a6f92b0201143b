import { join } from "node:path";
import { loadConfig } from "@polyvol/config";
import { digitalOceanOptions } from "@polyvol/digitalocean";
import { expect, test } from "vitest";
import { fileOptions } from "../src/schema.ts";
import { folderWith, messageOf } from "./support.ts";

const OPTIONS = Object.keys(fileOptions(digitalOceanOptions.all)).join(", ");

/** What is in the file, and the whole message: where, what was found, what is allowed. */
const yaml: readonly (readonly [name: string, text: string, message: string])[] = [
  ["an empty file", "", "c.yaml: found nothing; allowed: a mapping with clouds"],
  ["no clouds", "policies: {}\n", "c.yaml: clouds: found nothing; allowed: a mapping of names to clouds"],
  ["no cloud in them", "clouds: {}\n", "c.yaml:1:1: clouds: found a mapping; allowed: at least one cloud"],
  [
    "a list of clouds",
    "clouds: []\n",
    "c.yaml:1:1: clouds: found a list; allowed: a mapping of names to clouds",
  ],
  [
    "an unknown provider",
    "clouds:\n  main:\n    provider: digtalocean\n",
    'c.yaml:3:5: clouds.main.provider: found "digtalocean"; allowed: digitalocean, samsung-scp, openstack, or package:NAME for a driver from elsewhere. Did you mean "digitalocean"?',
  ],
  [
    "no provider",
    "clouds:\n  main: { region: nyc3 }\n",
    "c.yaml:2:3: clouds.main.provider: found nothing; allowed: digitalocean, samsung-scp, openstack, or package:NAME for a driver from elsewhere",
  ],
  [
    "a provider by a part of its name, and its key in capitals",
    "clouds:\n  a: { provider: scp }\n  b: { Provider: openstack }\n",
    [
      'c.yaml:2:8: clouds.a.provider: found "scp"; allowed: digitalocean, samsung-scp, openstack, or package:NAME for a driver from elsewhere. Did you mean "samsung-scp"?',
      "c.yaml:3:3: clouds.b.provider: found nothing; allowed: digitalocean, samsung-scp, openstack, or package:NAME for a driver from elsewhere",
      'c.yaml:3:8: clouds.b.Provider: found an unknown key; allowed: provider, region, credentials, options, snapshotPrice, account. Did you mean "provider"?',
    ].join("\n"),
  ],
  [
    "no blank after a colon",
    "clouds:\n  a:\n    provider:digitalocean\n    region: nyc3\n",
    "c.yaml:3:5: found a line that is no key with its value; allowed: YAML, with a blank after the colon of a key",
  ],
  [
    "two clouds of one name",
    "clouds:\n  a: { provider: digitalocean }\n  a: { provider: openstack }\n",
    "c.yaml:3:3: found the key a twice; allowed: each key once",
  ],
  [
    "an address that breaks two rules",
    "clouds: { a: { provider: digitalocean, options: { baseUrl: here } } }\n",
    'c.yaml:1:51: clouds.a.options.baseUrl: found "here"; allowed: an https URL, or an http one of a loopback address',
  ],
  [
    "a text as cloud",
    "clouds: { main: hello }\n",
    "c.yaml:1:11: clouds.main: found a text; allowed: a mapping with provider",
  ],
  [
    "a bad name of a cloud",
    'clouds: { "-x y": { provider: digitalocean } }\n',
    'c.yaml:1:11: clouds["-x y"]: found "-x y"; allowed: a name of letters, digits, ., _ and -, up to 64',
  ],
  [
    "a key that programs would leave out without a word",
    "clouds: { a: { provider: digitalocean }, __proto__: { provider: digitalocean } }\n",
    "c.yaml:1:42: clouds.__proto__: found the key __proto__; allowed: any other name",
  ],
  [
    "a key that is no text",
    "clouds:\n  [a]: { provider: digitalocean }\n",
    "c.yaml:2:3: found text that is not YAML (a key that is no text); allowed: YAML",
  ],
  ...["*", "*-db"].map(
    (pattern) =>
      [
        `the pattern ${pattern} without quotes`,
        `clouds: { a: { provider: digitalocean } }\npolicies:\n  a:\n    select: { name: ${pattern} }\n`,
        'c.yaml:4:21: found a text that begins with * and has no quotes, an alias of nothing; allowed: YAML, where such a text stands in quotes, as in "*-db"',
      ] as const,
  ),
  [
    "a text that only quotes make one",
    "clouds: { a: { provider: digitalocean, region: @nyc3 } }\n",
    "c.yaml:1:48: found text that is not YAML (plain value cannot start with reserved character @); allowed: YAML, where such a text stands in quotes",
  ],
  ...[
    "clouds:\n  a:\n   provider: digitalocean\n    region: nyc3\n",
    "clouds:\n  a:\n   provider: digital: ocean\n",
  ].map(
    (text) =>
      [
        `a key that is out of line: ${JSON.stringify(text)}`,
        text,
        "c.yaml:3:14: found a key where a value stands already; allowed: YAML, with the keys of one level below each other, and a text with a colon in quotes",
      ] as const,
  ),
  [
    "an unknown key at the top",
    "clouds: { a: { provider: digitalocean } }\npolices: []\n",
    'c.yaml:2:1: polices: found an unknown key; allowed: $schema, allowLiteralSecrets, clouds, policies. Did you mean "policies"?',
  ],
  [
    "an unknown key of a cloud",
    "clouds:\n  a:\n    provider: digitalocean\n    regoin: nyc3\n",
    'c.yaml:4:5: clouds.a.regoin: found an unknown key; allowed: provider, region, credentials, options, snapshotPrice, account. Did you mean "region"?',
  ],
  [
    "an unknown option",
    "clouds: { a: { provider: digitalocean, options: { tiemoutMs: 5 } } }\n",
    `c.yaml:1:51: clouds.a.options.tiemoutMs: found an unknown key; allowed: ${OPTIONS}. Did you mean "timeoutMs"?`,
  ],
  [
    "another provider's option",
    "clouds: { a: { provider: digitalocean, options: { settleMs: 5 } } }\n",
    `c.yaml:1:51: clouds.a.options.settleMs: found an unknown key; allowed: ${OPTIONS}`,
  ],
  [
    "a credential file without a name",
    'clouds: { a: { provider: digitalocean, region: nyc3, credentials: { token: { file: "" } } } }\n',
    "c.yaml:1:78: clouds.a.credentials.token.file: found an empty text; allowed: the path of a file",
  ],
  [
    "an option of a wrong type",
    "clouds: { a: { provider: samsung-scp, options: { settleMs: soon } } }\n",
    'c.yaml:1:50: clouds.a.options.settleMs: found "soon"; allowed: a whole number of milliseconds from 0',
  ],
  [
    "an option within an option",
    "clouds:\n  a:\n    provider: digitalocean\n    options:\n      quotas:\n        - { requests: 5, windowMs: 0 }\n",
    "c.yaml:6:26: clouds.a.options.quotas[0].windowMs: found 0; allowed: a list of { requests, windowMs }, whole numbers from 1",
  ],
  [
    "an unknown key within an option",
    "clouds: { a: { provider: digitalocean, options: { retry: { maxAttemps: 5 } } } }\n",
    'c.yaml:1:60: clouds.a.options.retry.maxAttemps: found an unknown key; allowed: maxAttempts, baseDelayMs, maxDelayMs, budget. Did you mean "maxAttempts"?',
  ],
  [
    "a value within an option",
    "clouds: { a: { provider: digitalocean, options: { retry: { maxAttempts: 0 } } } }\n",
    "c.yaml:1:60: clouds.a.options.retry.maxAttempts: found 0; allowed: a whole number from 1",
  ],
  [
    "a word that an option does not have",
    "clouds: { a: { provider: samsung-scp, options: { environment: x } } }\n",
    'c.yaml:1:50: clouds.a.options.environment: found "x"; allowed: s (Samsung), g (Sovereign) or e (Enterprise)',
  ],
  [
    "an unknown credential",
    "clouds: { a: { provider: digitalocean, credentials: { tokne: { env: X }, token: { env: X } } } }\n",
    'c.yaml:1:55: clouds.a.credentials.tokne: found an unknown key; allowed: token. Did you mean "token"?',
  ],
  [
    "half the credentials",
    "clouds: { a: { provider: samsung-scp, credentials: { accessKey: { env: X } } } }\n",
    "c.yaml:1:39: clouds.a.credentials.secretKey: found nothing; allowed: { env: NAME } or { file: PATH }",
  ],
  [
    "a reference to nothing",
    "clouds: { a: { provider: digitalocean, credentials: { token: { environment: X } } } }\n",
    "c.yaml:1:55: clouds.a.credentials.token: found a mapping; allowed: { env: NAME } or { file: PATH }",
  ],
  [
    "policies as text",
    "clouds: { a: { provider: digitalocean } }\npolicies: none\n",
    "c.yaml:2:1: policies: found a text; allowed: a mapping of ids to policies",
  ],
  [
    "a cloud that is nothing",
    "clouds: { a: }\n",
    "c.yaml:1:11: clouds.a: found nothing; allowed: a mapping with provider",
  ],
  [
    "credentials that are nothing",
    "clouds: { a: { provider: digitalocean, credentials: } }\n",
    "c.yaml:1:40: clouds.a.credentials: found nothing; allowed: a mapping of token",
  ],
  [
    "two keys of one name",
    "clouds: {}\nclouds: {}\n",
    "c.yaml:2:1: found the key clouds twice; allowed: each key once",
  ],
];

test.each(yaml)("%s", async (_name, text, message) => {
  const folder = await folderWith({ "c.yaml": text });
  expect(await messageOf(loadConfig({ path: join(folder, "c.yaml") }), folder)).toBe(message);
});

test("all that is wrong is said at once, in the order of the file", async () => {
  const text =
    "clouds:\n  a: { provider: nope }\n  b:\n    provider: digitalocean\n    regoin: x\npolicies: {}\n";
  const folder = await folderWith({ "c.yaml": text });
  const lines = (await messageOf(loadConfig({ path: "c.yaml", cwd: folder }), folder)).split("\n");
  expect(lines.map((line) => line.split(": ").slice(0, 2))).toEqual([
    ["c.yaml:2:8", "clouds.a.provider"],
    ["c.yaml:5:5", "clouds.b.regoin"],
  ]);
});

test("lines are told where aliases and JSON are involved", async () => {
  const aliased =
    "clouds:\n  a: &one\n    provider: digitalocean\n    options:\n      timeoutMs: no\n  b: *one\n";
  const json = '{\n  "clouds": {\n    "a": {\n      "provider": "nope"\n    }\n  }\n}\n';
  const folder = await folderWith({ "c.yaml": aliased, "c.json": json });
  const fromYaml = await messageOf(loadConfig({ path: "c.yaml", cwd: folder }), folder);
  expect(fromYaml).toContain("c.yaml:5:7: clouds.a.options.timeoutMs");
  expect(fromYaml).toContain("c.yaml:5:7: clouds.b.options.timeoutMs");
  expect(await messageOf(loadConfig({ path: "c.json", cwd: folder }), folder)).toContain(
    "c.json:4:7: clouds.a.provider",
  );
});

test("what looks like a variable is told how one is written, and its text is not repeated", async () => {
  const cloud = (token: string): string =>
    `clouds: { main: { provider: digitalocean, credentials: { token: "${token}" } } }\n`;
  const folder = await folderWith({ "c.yaml": cloud("$SECRET_ONE"), "d.yaml": cloud(`$${"{SECRET_ONE}"}`) });
  for (const path of ["c.yaml", "d.yaml"]) {
    const message = await messageOf(loadConfig({ path, cwd: folder }), folder);
    expect(message).toContain("Variables are not filled in here: write { env: NAME }");
    expect(message).not.toContain("SECRET_ONE");
  }
});

test("an address that credentials must not cross the network to is refused where it stands", async () => {
  const options = (address: string): string => `options: { baseUrl: ${address} }`;
  const cloud = (address: string): string =>
    `clouds:\n  main:\n    provider: digitalocean\n    ${options(address)}\n`;
  const folder = await folderWith({
    "c.yaml": cloud("http://10.0.0.7:4010"),
    "d.yaml": cloud('"http://[::1]:4010"'),
  });
  expect(await messageOf(loadConfig({ path: "c.yaml", cwd: folder }), folder)).toBe(
    'c.yaml:4:16: clouds.main.options.baseUrl: found "http://10.0.0.7:4010"; allowed: an https URL, or an http one of a loopback address',
  );
  await expect(loadConfig({ path: "d.yaml", cwd: folder })).resolves.toBeDefined();
});

test("a literal secret is refused with a way out, and taken when it is allowed", async () => {
  const cloud =
    "clouds:\n  main:\n    provider: samsung-scp\n    credentials: { accessKey: { env: K }, secretKey: hunter2 }\n";
  const folder = await folderWith({ "c.yaml": cloud, "d.yaml": `allowLiteralSecrets: true\n${cloud}` });
  expect(await messageOf(loadConfig({ path: "c.yaml", cwd: folder }), folder)).toBe(
    "c.yaml:4:43: clouds.main.credentials.secretKey: found a literal secret; allowed: { env: NAME } or { file: PATH }. " +
      "Put it into an environment variable and write { env: MAIN_SECRET_KEY }; allowLiteralSecrets: true at the top permits it here",
  );
  await expect(loadConfig({ path: "d.yaml", cwd: folder })).resolves.toBeDefined();
});
