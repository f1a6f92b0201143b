import { expect, test } from "vitest";
import { type Answer, type Cloud, makeVolume, open } from "./harness.ts";

/*
 * What clients of others ask of lists. That a real Cinder answers the same: reliability/cinder/compare/listing.ts.
 */

async function threeVolumes(): Promise<Cloud> {
  const cloud = await open();
  for (const [name, size] of [
    ["b", 1],
    ["a", 2],
    ["c", 1],
  ] as const)
    await makeVolume(cloud, { name, size });
  return cloud;
}

const names = ({ body }: Answer): string =>
  (body.volumes ?? body.snapshots).map(({ name }: { name: string }) => name).join("");

test.each([
  ["", "cab"],
  ["?sort_key=name&sort_dir=asc", "abc"],
  ["?sort_key=name", "cba"],
  ["?sort_dir=asc", "bac"],
  ["?sort=size:desc,name:asc", "abc"],
  ["?sort=display_name:desc", "cba"],
  ["?sort=status:asc&limit=1", "b"],
])(
  "volumes?%s come in the order %s; what ties goes by time, in the direction of the first key",
  async (query, order) => {
    const { ask } = await threeVolumes();
    expect(names(await ask("GET", `/volumes/detail${query}`))).toBe(order);
  },
);

test.each([
  ["sort_key=name&sort=name", "The 'sort_key' and 'sort_dir' parameters are deprecated and cannot be used"],
  ["sort_key=nonsense", "Invalid sort key"],
  ["sort=name:up", "Unknown sort direction, must be 'desc' or 'asc'."],
  ["with_count=nonsense", "Value 'nonsense' for 'with_count' is not a boolean."],
  ["offset=-1", "offset must be >= 0"],
  ["limit=1&limit=2", "Invalid filters limit are found in query options."],
  ["a=1&b=2", "Invalid filters a,b are found in query options."],
  ["bootable=nonsense", "'bootable = nonsense'"],
  ["created_at=nonsense", "Invalid nonsense operator"],
  ["created_at=gt:nonsense", "Invalid nonsense value"],
])("volumes?%s is refused, also where there are none", async (query, words) => {
  const { ask } = await open();
  const { status, body } = await ask("GET", `/volumes/detail?${query}`);
  expect([status, body.badRequest.message]).toEqual([400, expect.stringContaining(words)]);
});

test.each([
  ["migration_status=none", ""],
  ["group_id=any", ""],
  ["metadata=nonsense", ""],
  ["consumes_quota=true", "cab"],
  ["consumes_quota=false", ""],
  ["updated_at=gt:2020-01-01T00:00:00", "cab"],
  ["availability_zone=nova", "cab"],
])("the filter %s finds '%s'", async (query, found) => {
  const { ask } = await threeVolumes();
  expect(names(await ask("GET", `/volumes/detail?${query}`))).toBe(found);
});

test("volumes are counted from 3.45 on, and found by their times from 3.31 on", async () => {
  const { ask } = await threeVolumes();
  const query = async (text: string, version: string): Promise<Answer> =>
    await ask("GET", `/volumes/detail?${text}`, undefined, version);
  expect((await query("with_count=true&limit=1", "3.45")).body.count).toBe(3);
  const { status, body } = await query("with_count=true", "3.44");
  const words = "Invalid filters with_count are found in query options.";
  expect([status, body.badRequest.message]).toEqual([400, words]);
  expect((await query("with_count=true", "3.30")).body).toMatchObject({ volumes: [{}, {}, {}] });
  expect(names(await query("created_at=lt:2020-01-01T00:00:00", "3.31"))).toBe("");
  expect(names(await query("created_at=lt:2020-01-01T00:00:00", "3.30"))).toBe("cab");
});

test("snapshots are sorted by name from 3.30 on, and found by the zone of their volume from 3.31 on", async () => {
  const cloud = await open();
  const volumeId = await makeVolume(cloud);
  for (const name of ["b", "a"])
    await cloud.ask("POST", "/snapshots", { snapshot: { volume_id: volumeId, name } });
  const ask = (query: string, version?: string): Promise<Answer> =>
    cloud.ask("GET", `/snapshots/detail?${query}`, undefined, version);
  expect(names(await ask("sort=name:asc", "3.30"))).toBe("ab");
  expect((await ask("sort=name:asc", "3.29")).status).toBe(400);
  expect((await ask("sort=size:asc")).status).toBe(400);
  expect(names(await ask("availability_zone=mars"))).toBe("");
  expect(names(await ask("availability_zone=mars", "3.30"))).toBe("ab");
});

test("a marker is looked for by its id alone: it need not fit the filters", async () => {
  const { ask, emulator } = await threeVolumes();
  const { body } = await ask("GET", "/volumes/detail?name=a");
  const [{ id }] = body.volumes;
  expect(names(await ask("GET", `/volumes/detail?name=b&marker=${id}`))).toBe("b");
  expect(names(await ask("GET", `/volumes/detail?size=1&sort=name:asc&marker=${id}`))).toBe("bc");
  expect((await ask("GET", "/volumes/detail?marker=nobody")).status).toBe(404);

  // One of another project looks like the end.
  const far = "0a0b0c0d-0000-4000-8000-00000000beef";
  emulator.seed({ project: "other", volumes: [{ id: far }] });
  const { status, body: end } = await ask("GET", `/volumes/detail?marker=${far}`);
  expect([status, end]).toEqual([200, { volumes: [] }]);
});
