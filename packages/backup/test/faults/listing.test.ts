import { expect, test } from "vitest";
import { audit, plan, run, status } from "../../src/index.ts";
import type { EmulatedWorld } from "../support/emulated-clouds.ts";
import { printTable } from "../support/print.ts";
import { createSeededWorld, NIGHTLY, VOLUMES } from "../support/seeded.ts";

/** Two accounts whose listings have several pages: hundreds of other volumes and snapshots. */
async function createLargeWorld(): Promise<EmulatedWorld> {
  const world = await createSeededWorld({ do: { quotaPerMinute: 0 } });
  const numbers = Array.from({ length: 420 }, (_, index) => index);
  const bystander = "00000000-0000-4000-8000-0000000000ff";
  world.emulators.do.seed({
    volumes: numbers
      .slice(0, 210)
      .map((number) => ({ name: `other-${number}`, region: "nyc3", size_gigabytes: 1 })),
    snapshots: numbers.map((number) => ({
      name: `other-${number}`,
      resource_id: bystander,
      region: "nyc3",
      min_disk_size: 1,
    })),
  });
  world.emulators.scp.seed({
    volumes: [
      { id: bystander, name: "other" },
      ...numbers.slice(0, 110).map((number) => ({ name: `other-${number}` })),
    ],
    snapshots: numbers.slice(0, 230).map((number) => ({ name: `other-${number}`, volume_id: bystander })),
  });
  return world;
}

/** Whether a request is for a page of a listing, and of what. */
function listingOf(request: Request): string | undefined {
  const { pathname, search } = new URL(request.url);
  const listing = /^(?:\/v2\/(?:volumes(?:\/[^/]+\/snapshots)?|snapshots)|\/v1\/(?:volumes|snapshots))$/.test(
    pathname,
  );
  const health = /[?&](?:per_page|limit)=1(?:&|$)/.test(search);
  return request.method === "GET" && listing && !health ? pathname + search : undefined;
}

/** Sends everything on but one page, which never comes; remembers all pages. A marker is told by its place in the chain. */
function withoutPage(missing: string | undefined): { fetch: typeof fetch; pages: Set<string> } {
  const pages = new Set<string>();
  let reading = true;
  const chains = new Map<string, string[]>();
  const keyOf = (page: string): string => {
    if (!page.startsWith("/v1/")) return page;
    const chain = page.replace(/&marker=[^&]*/, "");
    const seen = chains.get(chain) ?? [];
    chains.set(chain, seen);
    if (!seen.includes(page)) seen.push(page);
    return `${chain} (page ${seen.indexOf(page) + 1})`;
  };
  return {
    pages,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      if (request.method === "POST") reading = false;
      const page = listingOf(request);
      if (page === undefined) return await fetch(request);
      // Later on, looks at what is being made list the account, too, and may come to nothing.
      if (reading || VOLUMES.some(({ id }) => page.includes(id))) pages.add(keyOf(page));
      const key = keyOf(page);
      return key === missing
        ? new Response("<html>bad gateway</html>", { status: 502 })
        : await fetch(request);
    },
  };
}

/** Deletions that reached either provider, by volume. */
function deletions({ emulators }: EmulatedWorld): { do: number; scp: number } {
  const count = (cloud: "do" | "scp"): number =>
    emulators[cloud].log.entries().filter(({ method }) => method === "DELETE").length;
  return { do: count("do"), scp: count("scp") };
}

test("a listing that fails on any of its pages deletes nothing", async () => {
  const whole = await createLargeWorld();
  const watched = withoutPage(undefined);
  const undisturbed = await run(NIGHTLY, whole.open({ fetch: watched.fetch }), { clock: whole.clock });
  expect(undisturbed).toMatchObject({ ok: true, totals: { created: 6, deleted: 6 } });
  expect(deletions(whole)).toEqual({ do: 3, scp: 3 });
  await whole.close();

  const rows: Record<string, object> = {};
  const pages = [...watched.pages];
  expect(pages.length).toBeGreaterThanOrEqual(14);
  for (const page of pages) {
    const world = await createLargeWorld();
    const report = await run(NIGHTLY, world.open({ fetch: withoutPage(page).fetch }), { clock: world.clock });
    expect(report.ok, page).toBe(false);
    const cloud = page.startsWith("/v2") ? "do" : "scp";
    const other = cloud === "do" ? "scp" : "do";
    const ofVolume = VOLUMES.find(({ id }) => page.includes(id));
    // Without a page of a cloud, nothing of it goes; without a volume's own page, nothing of that volume.
    const found = deletions(world);
    const expected = ofVolume === undefined ? 0 : 2;
    expect({ page, own: found[cloud], other: found[other] }).toEqual({ page, own: expected, other: 3 });
    rows[page.replace(/[0-9a-f]{8}-\S{27}/, "<id>")] = {
      "deletions there": `${ofVolume === undefined ? found[cloud] : 0}`,
      "elsewhere on the cloud": ofVolume === undefined ? "-" : found[cloud],
      "on the other cloud": found[other],
      problems: report.problems.length,
    };
    await world.close();
  }
  printTable("one page of a listing never comes", rows);
});

test("a plan, a status and an audit send nothing but reads", async () => {
  const world = await createSeededWorld();
  const clouds = world.open();
  const now = new Date(world.clock.now());
  expect((await plan(NIGHTLY, clouds, now)).volumes.flatMap((volume) => volume.create)).toHaveLength(6);
  await status(NIGHTLY, clouds, now);
  await audit(NIGHTLY, clouds);
  for (const { log } of Object.values(world.emulators)) {
    const methods = log.entries().map(({ method }) => method);
    expect(methods.length).toBeGreaterThan(0);
    expect(new Set(methods)).toEqual(new Set(["GET"]));
  }
  await world.close();
});

test("a service that gives less at a time than is asked for: all is seen, made and pruned", async () => {
  const world = await createLargeWorld();
  world.emulators.do.faults.add({ kind: "query", atMost: { per_page: 60 }, match: { method: "GET" } });
  const report = await run(NIGHTLY, world.open(), { clock: world.clock });
  expect(report).toMatchObject({ ok: true, totals: { created: 6, deleted: 6 } });
  await world.close();
});

test.each([
  ["volumes", "/v2/volumes"],
  ["snapshots", "/v2/snapshots"],
])(
  "%s that are counted and not given are a failure of that cloud, never an empty one",
  async (kind, path) => {
    const world = await createLargeWorld();
    const match = { method: "GET", path, query: { page: "1" } };
    world.emulators.do.faults.add({ kind: "wrong-json", at: kind, value: [], match });
    const clouds = world.open();
    const options = { clock: world.clock };
    const now = (): Date => new Date(world.clock.now());
    const told = {
      cloud: "do",
      code: "malformed_response",
      message: expect.stringMatching(/counts \d+ and gave 0/),
    };
    for (const { problems } of [
      await plan(NIGHTLY, clouds, now()),
      await status(NIGHTLY, clouds, now()),
      await audit(NIGHTLY, clouds),
      await run(NIGHTLY, clouds, options),
    ]) {
      expect(problems).toContainEqual(expect.objectContaining(told));
    }
    expect(deletions(world)).toEqual({ do: 0, scp: 3 });
    await world.close();
  },
);
