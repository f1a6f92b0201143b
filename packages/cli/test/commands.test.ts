import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { type Clouds, startClouds } from "./clouds.ts";
import type { Ended } from "./polyvol.ts";

let clouds: Clouds;
beforeAll(async () => {
  clouds = await startClouds();
  clouds.ocean.seed({ volumes: [{ name: "web", region: "nyc3", size_gigabytes: 10 }] });
  clouds.samsung.seed({ volumes: [{ name: "erp", size: 64 }] });
});
afterAll(() => clouds.close());

/** Runs the command, which has to succeed, and gives what it wrote as JSON. */
async function json(command: string): Promise<unknown> {
  const { code, out, err } = await clouds.run(`${command} -o json`);
  expect(code, err).toBe(0);
  return JSON.parse(out);
}

function expectDone({ code, err }: Ended): void {
  expect(code, err).toBe(0);
}

test.concurrent("a volume's whole life on DigitalOcean, by its name", async () => {
  const created = await clouds.run(
    "volumes create db --size 20 --cloud ocean --tag env=prod --description main",
  );
  expectDone(created);
  expect(created.err).toMatch(
    /^creation of volume db on ocean: asked for\ncreation of volume db on ocean: done in /,
  );
  expect(created.out).toMatch(
    /^cloud +ocean\nname +db\nid +[0-9a-f-]{36}\nstate +available\nsize +20 GiB\nregion +nyc3\n/,
  );
  expect(created.out).toMatch(/\ntags +env=prod\n/);

  expect(await json("volumes resize db 1TiB --cloud ocean")).toMatchObject({ cloud: "ocean", sizeGiB: 1024 });
  expect(await json("volumes attach db 1001 --cloud ocean")).toMatchObject({
    attachments: [{ serverId: "1001" }],
  });
  expect(await json("volumes detach db --cloud ocean")).toMatchObject({ attachments: [] });
  expect(await json("volumes detach db --cloud ocean")).toMatchObject({ attachments: [] });
  expect(await json("volumes detach db 1001 --cloud ocean")).toMatchObject({ attachments: [] });
  expect(await json("snapshots create db before --cloud ocean")).toMatchObject({
    name: "before",
    minVolumeSizeGiB: 1024,
  });
  const got = await clouds.run("snapshots get before --volume db --cloud ocean -o yaml");
  expect(got.out).toMatch(/^cloud: ocean\nid: .*\nname: before\n/);
  const listed = await clouds.run("snapshots list --volume db");
  expect(listed.out).toMatch(
    /^CLOUD +VOLUME +NAME +MIN SIZE +STATE .*\nocean +db +before +1 TiB +available .*\n$/,
  );

  const refused = await clouds.run("snapshots delete before --volume db --cloud ocean");
  expect(refused).toMatchObject({ code: 2, out: "" });
  expect(refused.err).toBe(
    "error: Delete 1 snapshot on ocean: before? Nobody can be asked here: add --yes.\n",
  );
  expect(await json("snapshots delete before --volume db --cloud ocean --yes")).toMatchObject([
    { deleted: true },
  ]);
  const gone = await clouds.run("volumes delete db nothing --cloud ocean --yes");
  expectDone(gone);
  expect(gone.err).toContain("volume nothing on ocean: not there, nothing to delete\n");
  expect(gone.err).toMatch(/volume db on ocean: deleted in /);
  expect(clouds.ocean.state()).toMatchObject({ volumes: [{ name: "web" }], snapshots: [] });
});

test.concurrent("a volume's whole life on Samsung Cloud Platform", async () => {
  expect(await json("volumes create crm --size 16 --cloud samsung")).toMatchObject({
    state: "available",
    sizeGiB: 16,
  });
  const made = await clouds.run("snapshots create crm before --cloud samsung");
  expectDone(made);
  expect(made.err).toMatch(
    /^snapshot before of volume crm on samsung: asked for\n(.*creating\n)?.*: done in /,
  );
  expect(await json("snapshots update before --volume crm --description x --cloud samsung")).toMatchObject({
    description: "x",
  });
  expect(await json("volumes revert crm before --cloud samsung --yes")).toMatchObject({ state: "available" });
  expect(await json("volumes rename crm sales --cloud samsung")).toMatchObject({ name: "sales" });

  const kept = await clouds.run("volumes delete sales --cloud samsung --yes");
  expect(kept.code).toBe(1);
  expect(kept.err).toContain("it has 1 snapshot");
  expect(kept.err).toContain(
    "next:  where a server has it, polyvol volumes detach takes it off; where snapshots are in the way, --delete-",
  );
  expectDone(await clouds.run("volumes delete sales --cloud samsung --yes --delete-snapshots"));
  expect(clouds.samsung.state()).toMatchObject({ volumes: [{ name: "erp" }], snapshots: [] });
});

test.concurrent("clouds are listed and checked", async () => {
  const [listed, checked, data, config] = await Promise.all([
    clouds.run("clouds list"),
    clouds.run("clouds check"),
    json("clouds check --cloud samsung"),
    clouds.run("config check"),
  ]);
  expect(listed.out).toMatch(
    /^CLOUD +PROVIDER +REGION +CREDENTIALS +ADDRESS\nocean +digitalocean +nyc3 +env TOKEN +http/,
  );
  expect(checked.code, checked.err).toBe(0);
  expect(checked.out).toMatch(
    /\nocean +digitalocean +ok +v2 +-?[01] s +\d+ +\d+ ms\nsamsung +samsung-scp +ok +1\.3 +-?[01] s +\d+ ms\n$/,
  );
  expect(data).toMatchObject([{ cloud: "samsung", ok: true, apiVersion: "1.3" }]);
  expect(config.out).toMatch(
    /^polyvol\.config\.yaml is fine\.\n2 clouds: ocean \(digitalocean\), samsung \(samsung-scp\)\n0 policies\n$/,
  );
});

test.concurrent("both clouds are listed in one table, as data, and by page", async () => {
  const [table, one] = await Promise.all([
    clouds.run("volumes list --name web"),
    json("volumes list --cloud samsung --name erp"),
  ]);
  expect(table.out).toMatch(
    /^CLOUD +NAME +SIZE +STATE +REGION +AGE +ID\nocean +web +10 GiB +available +nyc3 /,
  );
  expect(one).toMatchObject([
    { cloud: "samsung", name: "erp", provider: "samsung-scp", region: "kr-west1", sizeGiB: 64 },
  ]);
});

test("the question before a deletion does not promise that snapshots stay where they cannot", async () => {
  const asked = await clouds.run("volumes delete erp --cloud samsung");
  expect(asked.err).toContain(
    "Delete 1 volume on samsung: erp? One that has snapshots stays, too: they cannot outlive it here.",
  );
  expect((await clouds.run("volumes delete web --cloud ocean")).err).toContain("? Their snapshots stay.");
});

test("YAML says to readers of version 1.1 what JSON says", async () => {
  expectDone(await clouds.run("volumes create off --size 10 --cloud ocean"));
  expectDone(await clouds.run("snapshots create off 2026-11-30 --cloud ocean"));
  const { out } = await clouds.run("snapshots list --volume off --cloud ocean -o yaml");
  const read: unknown = parse(out, { version: "1.1" });
  expect(read).toMatchObject([{ name: "2026-11-30", volumeName: "off" }]);
  expect(read).toEqual(await json("snapshots list --volume off --cloud ocean"));
});
