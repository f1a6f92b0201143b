import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createDigitalOceanDriver } from "../../packages/digitalocean/src/index.ts";
import { createMemoryDriver } from "../../packages/memory/src/index.ts";
import { createOpenStackDriver } from "../../packages/openstack/src/index.ts";
import { createSamsungScpDriver } from "../../packages/samsung-scp/src/index.ts";
import { reportOf } from "../docs/kit-reports.ts";
import { ROOT } from "../docs/pages.ts";
import { type Column, supportPage, supportSection } from "../docs/support-matrix.ts";
import { withSection } from "../docs/table.ts";

test("the support matrix is what drivers and the conformance kit say", async () => {
  const keys = { accessKey: "A", secretKey: "S" };
  const adapters: Column[] = [
    {
      title: "DigitalOcean",
      driver: createDigitalOceanDriver({ token: "T" }),
      report: reportOf("digitalocean"),
    },
    {
      title: "Samsung Cloud Platform",
      driver: createSamsungScpDriver({ ...keys, region: "kr-west1", environment: "e" }),
      report: reportOf("samsung-scp"),
    },
    {
      title: "OpenStack",
      driver: createOpenStackDriver({ authUrl: "https://cloud.example:5000/v3", token: "T" }),
      report: reportOf("openstack"),
    },
  ];
  const memory: Column = {
    title: "memory",
    driver: createMemoryDriver(),
    report: reportOf("memory"),
  };
  const columns = [...adapters, memory];
  await expect(supportPage(columns)).toMatchFileSnapshot(`${ROOT}docs/support-matrix.md`);
  const readme = readFileSync(`${ROOT}README.md`, "utf8");
  const expected = withSection(readme, "support matrix", supportSection(adapters));
  await expect(expected).toMatchFileSnapshot(`${ROOT}README.md`);
});
