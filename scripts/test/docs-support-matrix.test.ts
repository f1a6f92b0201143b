import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { checkBlockStorageDriver } from "../../packages/conformance/src/index.ts";
import { createDigitalOceanDriver } from "../../packages/digitalocean/src/index.ts";
import { digitalOceanHarness } from "../../packages/digitalocean/test/harness.ts";
import { createMemoryDriver } from "../../packages/memory/src/index.ts";
import { memoryHarness } from "../../packages/memory/test/harness.ts";
import { createOpenStackDriver } from "../../packages/openstack/src/index.ts";
import { openStackHarness } from "../../packages/openstack/test/harness.ts";
import { createSamsungScpDriver } from "../../packages/samsung-scp/src/index.ts";
import { makeHarness as samsungScpHarness } from "../../packages/samsung-scp/test/harness.ts";
import { ROOT } from "../docs/pages.ts";
import { type Column, supportPage, supportSection } from "../docs/support-matrix.ts";
import { withSection } from "../docs/table.ts";

test("the support matrix is what drivers and the conformance kit say", async () => {
  const keys = { accessKey: "A", secretKey: "S" };
  const adapters: Column[] = [
    {
      title: "DigitalOcean",
      driver: createDigitalOceanDriver({ token: "T" }),
      report: await checkBlockStorageDriver("digitalocean", () => digitalOceanHarness()),
    },
    {
      title: "Samsung Cloud Platform",
      driver: createSamsungScpDriver({ ...keys, region: "kr-west1", environment: "e" }),
      report: await checkBlockStorageDriver("samsung-scp", () => samsungScpHarness()),
    },
    {
      title: "OpenStack",
      driver: createOpenStackDriver({ authUrl: "https://cloud.example:5000/v3", token: "T" }),
      report: await checkBlockStorageDriver("openstack", () => openStackHarness()),
    },
  ];
  const memory: Column = {
    title: "memory",
    driver: createMemoryDriver(),
    report: await checkBlockStorageDriver("memory", () => memoryHarness({})),
  };
  const columns = [...adapters, memory];
  expect(columns.map(({ report }) => report.totals.failed)).toEqual([0, 0, 0, 0]);
  await expect(supportPage(columns)).toMatchFileSnapshot(`${ROOT}docs/support-matrix.md`);
  const readme = readFileSync(`${ROOT}README.md`, "utf8");
  const expected = withSection(readme, "support matrix", supportSection(adapters));
  await expect(expected).toMatchFileSnapshot(`${ROOT}README.md`);
});
