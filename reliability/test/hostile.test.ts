/** Providers, or what stands between, that mean no good. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type BlockStorage, isPolyvolError } from "@polyvol/core";
import type { Fault } from "@polyvol/emulators";
import { expect, onTestFinished, test } from "vitest";
import { type Cloud, openCloud, PROVIDERS, thrownBy } from "../src/cloud.ts";
import { report } from "../src/report.ts";
import { createWatchingFetch } from "../src/watching-fetch.ts";

const ONCE = { retry: { maxAttempts: 1 } };

type Json = Record<string, unknown>;

/** What the emulator itself answers to a call: bodies made from it are refused for what is wrong in them, not for a slip. */
async function trueAnswer(cloud: Cloud, call: (storage: BlockStorage) => Promise<unknown>): Promise<Json> {
  const { fetch, exchanges } = createWatchingFetch();
  await call(cloud.storage({ ...ONCE, fetch }));
  return JSON.parse(exchanges.at(-1)?.text ?? "") as Json;
}

type ListBody = (ids: readonly string[], total: number, next?: string) => Json;

/** Makes pages of volumes that differ from a true one in their ids and names alone. */
async function createListBody(cloud: Cloud): Promise<ListBody> {
  cloud.seedVolumes(["model"]);
  const page = await trueAnswer(cloud, (storage) => storage.volumes.list().toArray());
  const [model] = page["volumes"] as Json[];
  return (ids, total, next) => ({
    ...page,
    volumes: ids.map((id) => ({ ...model, id, name: `v-${id}` })),
    ...(cloud.provider === "digitalocean"
      ? { meta: { total }, links: next === undefined ? {} : { pages: { next } } }
      : { count: total, links: next === undefined ? [] : [{ rel: "next", href: next }] }),
  });
}

const uuid = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

test("pages made for these tests are read when nothing is wrong with them", async () => {
  for (const provider of PROVIDERS) {
    const cloud = await openCloud(provider);
    const listBody = await createListBody(cloud);
    const body = listBody([uuid(1), uuid(2)], 2);
    cloud.emulator.faults.add({ kind: "answer", status: 200, body, match: { method: "GET" } });
    const volumes = await cloud.storage().volumes.list().toArray();
    expect(volumes.map(({ id }) => id)).toEqual([uuid(1), uuid(2)]);
  }
});

test("listings that never end: each stops with an error, within a stated number of requests", async () => {
  const bound = 200;
  const figures = { listings: 0, "without an error": 0, "most requests": 0 };
  let fewest = Number.POSITIVE_INFINITY;
  for (const provider of PROVIDERS) {
    const listBody = await createListBody(await openCloud(provider));
    const many = Array.from({ length: provider === "digitalocean" ? 200 : 1_000 }, (_, index) => uuid(index));
    const endless: readonly [string, unknown][] = [
      ["the same page for ever", listBody(many, 1_000_000)],
      ["the same page, its next link to itself", listBody(many, 1e9, "/v2/volumes?page=1")],
      ["one id over and over", listBody(Array(many.length).fill(uuid(1)), 1e9)],
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
      // A page that cannot be read is asked for again at most: what ends the listing must be what the row says.
      expect(String(error), `${provider}, ${name}`).not.toContain("not as documented");
      const requests = new Set(cloud.emulator.log.entries().map(({ target }) => target)).size;
      fewest = Math.min(fewest, requests);
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
  // Each got past its first page.
  expect(fewest).toBeGreaterThan(1);
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
    const listBody = await createListBody(cloud);
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
        if (!isPolyvolError(error) || error.status !== status) figures["redirects without an error"] += 1;
        figures["requests elsewhere"] += exchanges.filter(({ url }) => url.host !== own).length;
        figures["requests elsewhere"] += exchanges.filter(({ redirect }) => redirect !== "manual").length;
      }
      const { fetch, exchanges } = createWatchingFetch();
      const body = listBody([uuid(1)], 1_000, location);
      cloud.emulator.faults.add({ kind: "answer", status: 200, body, match: { method: "GET" }, count: 1 });
      const storage = cloud.storage({ ...ONCE, fetch });
      const error = await thrownBy(storage.volumes.list().toArray());
      cloud.emulator.faults.clear();
      expect(String(error), location).not.toContain("not as documented");
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
const DEEP = 200_000;
const JSON_TYPE = { "content-type": "application/json" };

/** A JSON text in place of the answer. */
const textAnswer = (body: string, status = 200): Fault => ({
  ...{ kind: "answer", status, body },
  headers: JSON_TYPE,
});

/** An answer that is no good, and what the error says of it. */
type Row = readonly [name: string, fault: Fault, says: RegExp];

/** The rows for a provider, whose true answer is `answer`; `at` is where the volume stands in it. */
function badAnswers(answer: Json, at: "" | "volume."): readonly Row[] {
  const text = JSON.stringify(answer);
  const end = at === "" ? -1 : -2;
  // Said again at the end of the volume, where the last of two counts.
  const list = at === "" ? "servers" : "tags";
  const withDeep = (deep: string): string => `${text.slice(0, end)},"${list}":${deep}${text.slice(end)}`;
  const lists = `${"[".repeat(DEEP)}${"]".repeat(DEEP)}`;
  const objects = `[${'{"a":'.repeat(DEEP)}1${"}".repeat(DEEP)}]`;
  return [
    ["no end", { kind: "endless-body" }, /is larger than/],
    ["64 MiB", { kind: "large-body", bytes: 64 * MIB }, /is larger than/],
    ["64 MiB in chunks", { kind: "large-body", bytes: 64 * MIB, chunked: true }, /is larger than/],
    ["unpacks to 256 MiB", { kind: "bomb", bytes: 256 * MIB }, /is larger than/],
    ["a header of 1 MiB", { kind: "large-header", bytes: MIB }, /headers/i],
    ["200,000 levels", textAnswer(lists), /expected object, found array/],
    ["200,000 levels in a volume", textAnswer(withDeep(lists)), new RegExp(list)],
    ["objects 200,000 levels deep in a volume", textAnswer(withDeep(objects)), new RegExp(list)],
    ["half of the JSON", { kind: "truncate" }, /is not JSON/],
    ["HTML with 200", { kind: "html" }, /text\/html.*is not JSON/],
    ["nothing with 200", textAnswer(""), /is empty/],
    ["null", textAnswer("null"), /expected object, found null/],
    ["a list", textAnswer("[]"), /expected object, found array/],
    ["a number", textAnswer("7"), /expected object, found number/],
    ["204", textAnswer("", 204), /status 204.*is empty/],
    ["no id", { kind: "wrong-json", at: `${at}id` }, /id: expected string, found nothing/],
    ["an id that is a number", { kind: "wrong-json", at: `${at}id`, value: 2 ** 53 + 2 }, /id: .*number/],
  ];
}

test("oversized, deep, packed and broken answers: a typed error each, about what is wrong", async () => {
  const count = { answers: 0, crashes: 0, vague: 0, "about something else": 0 };
  for (const provider of PROVIDERS) {
    const cloud = await openCloud(provider);
    const [id = ""] = cloud.seedVolumes(["there"]);
    const answer = await trueAnswer(cloud, (storage) => storage.volumes.get(id));
    for (const [name, fault, says] of badAnswers(answer, provider === "digitalocean" ? "volume." : "")) {
      cloud.emulator.faults.add(fault);
      const error = await thrownBy(cloud.storage(ONCE).volumes.get(id));
      cloud.emulator.faults.clear();
      count.answers += 1;
      if (!isPolyvolError(error)) {
        count.crashes += 1;
        process.stdout.write(`${provider}, ${name}: no typed error: ${String(error)}\n`);
      } else if (!says.test(error.message)) {
        count["about something else"] += 1;
        process.stdout.write(`${provider}, ${name}: ${error.message}\n`);
      } else if (
        error.code === "malformed_response" &&
        error.status === undefined &&
        !/headers/i.test(error.reason)
      )
        // Where the head itself is too large there is no status to carry.
        count.vague += 1;
    }
  }
  report({
    id: "12-answers",
    promise: "15, 16, 18",
    what: "oversized, deep, packed and broken answers, both providers",
    figures: {
      answers: count.answers,
      "without a typed error": count.crashes,
      "malformed without status": count.vague,
    },
    bar: "0, 0",
  });
  expect(count).toMatchObject({ crashes: 0, vague: 0, "about something else": 0 });
});

test("members named like those of every object are read past, and change nothing", async () => {
  const traps = '"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}';
  for (const provider of PROVIDERS) {
    const cloud = await openCloud(provider);
    const [id = ""] = cloud.seedVolumes(["there"]);
    const answer = await trueAnswer(cloud, (storage) => storage.volumes.get(id));
    const text = JSON.stringify(answer).replaceAll("{", `{${traps},`).replaceAll(",}", "}");
    cloud.emulator.faults.add(textAnswer(text));
    expect(await cloud.storage(ONCE).volumes.get(id)).toMatchObject({ id, name: "there" });
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  }
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
        () => storage.volumes.resize(id, 104),
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
