/** Providers, or what stands between, that mean no good. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type BlockStorage, isPolyvolError, type PolyvolError } from "@polyvol/core";
import type { Fault } from "@polyvol/emulators";
import { expect, onTestFinished, test } from "vitest";
import { openCloud, PROVIDERS, type Provider, thrownBy } from "../src/cloud.ts";
import { report } from "../src/report.ts";
import { createWatchingFetch } from "../src/watching-fetch.ts";

const ONCE = { retry: { maxAttempts: 1 } };

function listBody(provider: Provider, ids: readonly string[], total: number, next?: string): unknown {
  const volume = (id: string): unknown =>
    provider === "digitalocean"
      ? {
          ...{ id, name: `v-${id}`, region: { slug: "nyc3", name: "n" }, size_gigabytes: 1, description: "" },
          ...{ created_at: "2026-07-14T08:00:00Z", droplet_ids: [], tags: [], filesystem_type: "" },
          filesystem_label: "",
        }
      : {
          ...{ id, name: `v-${id}`, size: 8, state: "available", created_at: "2026-07-14T08:00:00Z" },
          ...{ updated_at: "2026-07-14T08:00:00Z", servers: [], volume_type: "SSD", bootable: false },
          ...{ account_id: "a", user_id: "u", qos: null, multi_attach: false, snapshot_id: null },
          ...{ max_iops: null, max_throughput: null, created_by: "u", encrypted: false, zone: null },
        };
  return provider === "digitalocean"
    ? { volumes: ids.map(volume), meta: { total }, links: next === undefined ? {} : { pages: { next } } }
    : { volumes: ids.map(volume), links: next === undefined ? [] : [{ rel: "next", href: next }] };
}

const uuid = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

test("listings that never end: each stops with an error, within a stated number of requests", async () => {
  const bound = 200;
  const figures = { listings: 0, "without an error": 0, "most requests": 0 };
  for (const provider of PROVIDERS) {
    const many = Array.from({ length: provider === "digitalocean" ? 200 : 1_000 }, (_, index) => uuid(index));
    const endless: readonly [string, unknown][] = [
      ["the same page for ever", listBody(provider, many, 1_000_000)],
      ["the same page, its next link to itself", listBody(provider, many, 1e9, "/v2/volumes?page=1")],
      [
        "one id over and over",
        listBody(
          provider,
          many.map(() => uuid(1)),
          1e9,
        ),
      ],
    ];
    for (const [name, body] of endless) {
      const cloud = await openCloud(provider);
      cloud.emulator.faults.add({ kind: "answer", status: 200, body, match: { method: "GET" } });
      const error = await thrownBy(cloud.storage().volumes.list().toArray());
      figures.listings += 1;
      if (!isPolyvolError(error)) {
        figures["without an error"] += 1;
        process.stdout.write(`${provider}, ${name}: no error\n`);
      }
      figures["most requests"] = Math.max(figures["most requests"], cloud.emulator.log.entries().length);
    }
  }
  report({
    ...{ id: "10-endless", promise: "17", what: "listings whose pages repeat for ever, both providers" },
    figures,
    bar: `0, at most ${bound}`,
  });
  expect(figures["without an error"]).toBe(0);
  expect(figures["most requests"]).toBeLessThanOrEqual(bound);
});

test("hostile redirects and next links: nothing is sent anywhere else", async () => {
  let elsewhere = 0;
  const trap = createServer((_request, response) => {
    elsewhere += 1;
    response.end("{}");
  });
  await new Promise<void>((resolve) => trap.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void trap.close());
  const { port } = trap.address() as AddressInfo;
  const figures = { "redirects and links": 0, "requests elsewhere": 0, "redirects without an error": 0 };
  for (const provider of PROVIDERS) {
    const cloud = await openCloud(provider);
    const [id = ""] = cloud.seedVolumes(["there"]);
    const own = new URL(cloud.url).host;
    const targets = [
      ...[`http://127.0.0.1:${port}/`, `http://localhost:${port}/`, `//127.0.0.1:${port}/`],
      ...[`http://${own}@127.0.0.1:${port}/`, `http://user:pass@127.0.0.1:${port}/`, `https://${own}/`],
      ...[`http://[::1]:${port}/`, `http:\\\\127.0.0.1:${port}\\`, `http://127.1:${port}/`],
      ...["http://api.digitalocean.com.example.invalid/", "ftp://127.0.0.1/", "file:///etc/passwd"],
      ...["javascript:0", "", "/v2/volumes", `http://${own}/v1/volumes`],
    ];
    for (const location of targets) {
      for (const status of [301, 302, 307, 308]) {
        const { fetch, exchanges } = createWatchingFetch();
        const storage = cloud.storage({ ...ONCE, fetch });
        cloud.emulator.faults.add({ kind: "answer", status, headers: { location }, body: "" });
        const error = await thrownBy(storage.volumes.get(id));
        cloud.emulator.faults.clear();
        figures["redirects and links"] += 1;
        if (!isPolyvolError(error)) figures["redirects without an error"] += 1;
        figures["requests elsewhere"] += exchanges.filter(({ url }) => url.host !== own).length;
        figures["requests elsewhere"] += exchanges.filter(({ redirect }) => redirect !== "manual").length;
      }
      const { fetch, exchanges } = createWatchingFetch();
      const body = listBody(provider, [uuid(1)], 1_000, location);
      cloud.emulator.faults.add({ kind: "answer", status: 200, body, match: { method: "GET" }, count: 1 });
      await thrownBy(
        cloud
          .storage({ ...ONCE, fetch })
          .volumes.list()
          .toArray(),
      );
      cloud.emulator.faults.clear();
      figures["redirects and links"] += 1;
      figures["requests elsewhere"] += exchanges.filter(({ url }) => url.host !== own).length;
    }
  }
  figures["requests elsewhere"] += elsewhere;
  report({
    ...{ id: "11-hosts", promise: "12", what: "hostile redirects and next links, both providers" },
    figures,
    bar: "elsewhere 0",
  });
  expect(figures).toMatchObject({ "requests elsewhere": 0, "redirects without an error": 0 });
});

const MIB = 1024 * 1024;
const BAD_BODIES: readonly (readonly [string, Fault])[] = [
  ["no end", { kind: "endless-body" }],
  ["64 MiB", { kind: "large-body", bytes: 64 * MIB }],
  ["64 MiB in chunks", { kind: "large-body", bytes: 64 * MIB, chunked: true }],
  ["unpacks to 256 MiB", { kind: "bomb", bytes: 256 * MIB }],
  ["a header of 1 MiB", { kind: "large-header", bytes: MIB }],
  ["200,000 levels", { kind: "answer", status: 200, body: `${"[".repeat(200_000)}${"]".repeat(200_000)}` }],
  [
    "an object 200,000 levels deep",
    { kind: "answer", status: 200, body: `${'{"a":'.repeat(200_000)}1${"}".repeat(200_000)}` },
  ],
];
const BAD_ANSWERS: readonly (readonly [string, Fault])[] = [
  ["half of the JSON", { kind: "truncate" }],
  ["HTML with 200", { kind: "html" }],
  ["nothing with 200", { kind: "answer", status: 200, body: "" }],
  ["null", { kind: "answer", status: 200, body: "null" }],
  ["a list", { kind: "answer", status: 200, body: [] }],
  ["a number", { kind: "answer", status: 200, body: "7" }],
  ["204", { kind: "answer", status: 204, body: "" }],
  ["no id", { kind: "wrong-json", at: "volume.id" }],
  ["an id that is a number", { kind: "wrong-json", at: "volume.id", value: 2 ** 53 + 2 }],
  [
    "__proto__",
    {
      kind: "answer",
      status: 200,
      body: '{"__proto__":{"polluted":1},"volume":{"constructor":{"prototype":{"polluted":1}}}}',
    },
  ],
];

async function failing(
  storage: BlockStorage,
  id: string,
  count: { errors: number; crashes: number; vague: number; headless: number },
): Promise<void> {
  const error = await thrownBy(storage.volumes.get(id));
  count.errors += 1;
  if (!isPolyvolError(error)) {
    count.crashes += 1;
    process.stdout.write(`no typed error: ${String(error)}\n`);
  } else if (error.code === "malformed_response" && (error as PolyvolError).status === undefined) {
    // Where the head itself is too large there is no status to carry.
    if (!/headers/i.test(error.reason)) count.vague += 1;
    else count.headless += 1;
  }
}

test("oversized, deep, packed and broken answers: a typed error each", async () => {
  const count = { errors: 0, crashes: 0, vague: 0, headless: 0 };
  for (const provider of PROVIDERS) {
    const cloud = await openCloud(provider);
    const [id = ""] = cloud.seedVolumes(["there"]);
    for (const [name, fault] of [...BAD_BODIES, ...BAD_ANSWERS]) {
      const at =
        provider === "samsung-scp" && "at" in fault
          ? { ...fault, at: fault.at?.replace("volume.", "") }
          : fault;
      cloud.emulator.faults.add(at);
      const before = count.crashes;
      await failing(cloud.storage(ONCE), id, count);
      if (count.crashes > before) process.stdout.write(`${provider}: ${name}\n`);
      cloud.emulator.faults.clear();
    }
  }
  expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  report({
    id: "12-answers",
    promise: "15, 16, 18",
    what: "oversized, deep, packed and broken answers, both providers",
    figures: {
      answers: count.errors,
      "without a typed error": count.crashes,
      "malformed without status": count.vague,
    },
    bar: "0, 0",
  });
  expect(count).toMatchObject({ crashes: 0, vague: 0 });
});

test("ids that are paths: no request to another path", async () => {
  const ids = [
    "a/b",
    "../droplets",
    "..",
    ".",
    "%2f..%2f",
    "..%2fdroplets",
    "a?name=x",
    "a#b",
    "a\nb",
    "a\r\nX: y",
  ];
  const more = [
    "",
    " ",
    "a b",
    "\\..\\",
    "%00",
    "a;b",
    "a%3Fb",
    "//evil",
    "http://evil.invalid/",
    "ünï",
    "@evil",
    "*",
  ];
  const figures = { calls: 0, "requests to another path": 0 };
  for (const provider of PROVIDERS) {
    const cloud = await openCloud(provider);
    const storage = cloud.storage(ONCE);
    const [there = ""] = cloud.seedVolumes(["there"]);
    const base = provider === "digitalocean" ? "/v2/volumes" : "/v1";
    for (const id of [...ids, ...more]) {
      const works = [
        () => storage.volumes.get(id),
        () => storage.volumes.delete(id),
        () => storage.volumes.resize(id, 100),
        () => storage.volumes.attach(id, cloud.servers[0] ?? ""),
        () => storage.volumes.attach(there, id),
        () => storage.snapshots.get(id),
        () => storage.snapshots.delete(id),
        () => storage.snapshots.create({ volumeId: id, name: "s" }),
        () => storage.snapshots.list({ volumeId: id }).toArray(),
      ];
      for (const work of works) {
        await thrownBy((async () => await work())());
        figures.calls += 1;
      }
    }
    const allowed =
      provider === "digitalocean"
        ? /^\/v2\/(?:volumes\/[0-9a-f-]+(?:\/actions|\/snapshots)?|volumes\/snapshots\/[^/?#]+|snapshots|volumes)(?:\?[^#]*)?$/
        : /^\/v1\/(?:volumes|snapshots)(?:\/[^/?#]+(?:\/servers|\/size)?)?(?:\?[^#]*)?$/;
    for (const { target } of cloud.emulator.log.entries()) {
      const [path = ""] = target.split("?");
      // One segment that holds the whole id, encoded, is no other path; one that a server would resolve is.
      const resolves = path.split("/").some((segment) => segment === "." || segment === "..");
      if (allowed.test(target) && target.startsWith(base) && !resolves) continue;
      figures["requests to another path"] += 1;
      process.stdout.write(`${provider}: ${JSON.stringify(target)}\n`);
    }
    expect(cloud.holds().volumes).toHaveLength(1);
  }
  report({
    ...{ id: "13-paths", promise: "19", what: "ids that are paths, queries or lines, both providers" },
    figures,
    bar: "0",
  });
  expect(figures["requests to another path"]).toBe(0);
});
