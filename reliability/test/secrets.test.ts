/** Everything that Polyvol prints or throws under every fault, searched for what must not be there. */
import { inspect } from "node:util";
import type { Fault } from "@polyvol/emulators";
import { expect, test } from "vitest";
import { ACCESS_KEY, openCloud, PROVIDERS, type Provider, SECRETS, TOKEN, thrownBy } from "../src/cloud.ts";
import { report } from "../src/report.ts";

const FORMS = SECRETS.flatMap((secret) => [
  secret,
  encodeURIComponent(secret),
  ...(["base64", "base64url", "hex"] as const).map((encoding) => Buffer.from(secret).toString(encoding)),
  // As a part of something longer, base64 has three forms: the middle of each.
  ...[0, 1, 2].map((shift) =>
    Buffer.from(`${"x".repeat(shift)}${secret}xx`)
      .toString("base64")
      .slice(4, -6),
  ),
]);
/** What a service, or a proxy before it, can repeat: what was sent. The secret key of a signature never is. */
const SENT: Readonly<Record<Provider, string>> = { digitalocean: TOKEN, "samsung-scp": ACCESS_KEY };

/** More than an answer may be, which is 8 MiB. */
const TOO_LARGE = 9 * 1024 * 1024;
/** What says no more when it comes again, and takes long. */
const HUGE: readonly string[] = ["endless-body", "large-body", "bomb"];

function faultsThatRepeat(secret: string): readonly Fault[] {
  const echo = `${secret} Bearer ${secret} ${Buffer.from(secret).toString("base64")}`;
  const echoes = [400, 401, 403, 404, 409, 422, 429, 500, 502, 503, 504].map(
    (status): Fault => ({
      kind: "answer",
      status,
      headers: { "x-request-id": secret, "retry-after": "1" },
      body: {
        id: echo,
        message: echo,
        request_id: echo,
        errors: [{ code: echo, title: echo, detail: echo }],
      },
    }),
  );
  return [
    ...echoes,
    { kind: "answer", status: 200, body: { volumes: echo, volume: echo, name: echo } },
    { kind: "answer", status: 200, body: echo, headers: { "content-type": "text/plain" } },
    { kind: "answer", status: 307, body: "", headers: { location: `http://127.0.0.1/${echo}` } },
    { kind: "answer", status: 500, body: `<p>${echo}</p>`, headers: { "content-type": "text/html" } },
    { kind: "refuse" },
    { kind: "cut-before" },
    { kind: "cut-after" },
    { kind: "commit-late", ms: 300 },
    { kind: "truncate" },
    { kind: "truncate", cut: true },
    { kind: "wrong-json", value: echo },
    { kind: "html" },
    { kind: "html", status: 502 },
    { kind: "endless-body" },
    { kind: "large-body", bytes: TOO_LARGE },
    { kind: "bomb", bytes: TOO_LARGE },
    { kind: "large-header", bytes: 100_000 },
    { kind: "headers", set: { "x-request-id": echo, "retry-after": echo, date: echo } },
    { kind: "stale-list", ms: 1_000 },
    { kind: "wrong-date", offsetMs: 24 * 3_600_000 },
  ];
}

function everythingOf(value: unknown, depth = 0): string[] {
  const shown = [
    String(value),
    JSON.stringify(value) ?? "",
    inspect(value, { depth: 12, showHidden: true, getters: true }),
  ];
  if (!(value instanceof Error) || depth > 5) return shown;
  return [...shown, value.stack ?? "", ...everythingOf(value.cause, depth + 1)];
}

test("planted secrets in everything that is printed or thrown, in every fault mode", async () => {
  const texts: string[] = [];
  let errors = 0;
  let modes = 0;
  for (const provider of PROVIDERS) {
    const cloud = await openCloud(provider);
    const ids = cloud.seedVolumes(["there", "also"]);
    const faults = faultsThatRepeat(SENT[provider]);
    modes = faults.length;
    for (const fault of faults) {
      const storage = cloud.storage({
        retry: { maxAttempts: HUGE.includes(fault.kind) ? 1 : 2 },
        waitTimeoutMs: 30_000,
      });
      texts.push(...everythingOf(storage));
      cloud.emulator.faults.add(fault);
      const [id = "", other = ""] = ids;
      const works = [
        storage.checkHealth(),
        storage.volumes.get(id),
        storage.volumes.list().toArray(),
        storage.volumes.create({ name: "new", sizeGiB: cloud.sizeGiB }),
        storage.volumes.resize(id, 64),
        storage.volumes.attach(id, cloud.servers[0] ?? ""),
        storage.snapshots.create({ volumeId: other, name: "new" }),
        storage.snapshots.list().toArray(),
        storage.snapshots.delete(id),
      ];
      for (const error of await Promise.all(works.map(thrownBy))) {
        if (error === undefined) continue;
        errors += 1;
        texts.push(...everythingOf(error));
      }
      cloud.emulator.faults.clear();
    }
    texts.push(...cloud.logLines(), ...cloud.events.map((event) => inspect(event, { depth: 12 })));
  }
  const hits = texts.filter((text) => FORMS.some((form) => text.includes(form)));
  for (const hit of hits.slice(0, 3)) process.stdout.write(`a secret in: ${hit.slice(0, 400)}\n`);
  report({
    id: "15-secrets",
    promise: "14",
    what: `${modes} fault modes on both providers, ${SECRETS.length} planted secrets in ${FORMS.length} forms`,
    figures: { "texts searched": texts.length, errors, hits: hits.length },
    bar: "hits 0",
  });
  expect(hits.length).toBe(0);
  expect(errors).toBeGreaterThan(200);
});
