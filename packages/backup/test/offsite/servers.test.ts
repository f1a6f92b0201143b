import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { offsite } from "../../src/index.ts";
import { createOffsiteWorld, type OffsiteWorld, outcomes } from "./offsite-world.ts";

let here: OffsiteWorld;
beforeEach(async () => {
  here = await createOffsiteWorld();
});
afterEach(() => here.close());

/** A metadata service on loopback. */
async function metadata(answers: Readonly<Record<string, string>>) {
  const server = createServer((request, response) => {
    const answer = answers[request.url ?? ""];
    response.writeHead(answer === undefined ? 404 : 200).end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    metadataUrl: `http://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

describe("which server this is", () => {
  test("is asked of the metadata service", async () => {
    const service = await metadata({ "/metadata/v1/id": "1001", "/metadata/v1/region": "nyc3" });
    try {
      const policies = here.policiesWith({}, "data-1");
      const report = await here.take(policies, { serverId: undefined, metadataUrl: service.metadataUrl });
      expect(report.problems).toEqual([]);
      expect(report.ok).toBe(true);
    } finally {
      await service.close();
    }
  });

  test("in another region, it reaches none of the volumes, and says so", async () => {
    const service = await metadata({ "/metadata/v1/id": "1003", "/metadata/v1/region": "sfo3" });
    try {
      const report = await here.take(here.policiesWith(), {
        serverId: undefined,
        metadataUrl: service.metadataUrl,
      });
      expect(outcomes(report)).toEqual(["data-1 elsewhere", "data-2 elsewhere", "data-3 elsewhere"]);
      expect(report.ok).toBe(false);
      expect(report.problems.map(({ message }) => message)).toEqual([
        "this server reaches none of the volumes that are due: data-1: it is in nyc3, and the server 1003 in sfo3",
      ]);
    } finally {
      await service.close();
    }
  });

  test("one that the cloud does not know is tried with one volume, and not with all", async () => {
    const report = await here.take(here.policiesWith(), { serverId: "4711" });
    expect(outcomes(report)).toEqual(["data-1 failed", "data-2 left", "data-3 left"]);
    expect(report).toMatchObject({ ok: false, stopped: false, problems: [{ code: "not_found" }] });
    expect(report.volumes[1]?.reason).toBe("nothing can be attached to the server 4711");
    expect(here.strays()).toEqual([]);
  });

  test("one that is another machine is waited for with one volume, and not with all", async () => {
    const { clock } = here.world;
    const startedAt = clock.now();
    const report = await here.take(here.policiesWith(), { serverId: here.otherServerId });
    expect(outcomes(report)).toEqual(["data-1 failed", "data-2 left", "data-3 left"]);
    expect(report).toMatchObject({ ok: false, stopped: false, problems: [{ code: "not_found" }] });
    expect(report.volumes[1]?.reason).toBe(
      "the volume before was attached to the server 1002 and did not appear on this machine, which is perhaps another one",
    );
    expect(clock.now() - startedAt).toBeLessThan(4 * 60_000);
    expect(here.strays()).toEqual([]);
  });

  test("one volume that does not appear on a server where others do stops none of them", async () => {
    const { devices } = here;
    let isHidden = false;
    const report = await here.take(here.policiesWith(), {
      devices: { ...devices, list: async () => (isHidden ? [] : await devices.list()) },
      onProgress: ({ volumeName }) => {
        isHidden = volumeName === "data-2";
      },
    });
    expect(outcomes(report)).toEqual(["data-1 done", "data-2 failed", "data-3 done"]);
  });

  test("on no server at all, nothing is begun", async () => {
    const service = await metadata({});
    try {
      const ended = here.take(here.policiesWith(), { serverId: undefined, metadataUrl: service.metadataUrl });
      await expect(ended).rejects.toMatchObject({ code: "unavailable", operation: "findServer" });
      expect(here.strays()).toEqual([]);
    } finally {
      await service.close();
    }
  });

  test("volumes of another cloud are named, and this cloud's are taken", async () => {
    const service = await metadata({ "/metadata/v1/id": "1001", "/metadata/v1/region": "nyc3" });
    const policies = here.policiesWith({}, "data-1");
    try {
      const { do: main, scp: other } = here.world.open();
      const options = { ...here.options, metadataUrl: service.metadataUrl };
      const report = await offsite(policies, { main, other }, options);
      expect(report.volumes.map(({ cloud, outcome }) => `${cloud} ${outcome}`)).toEqual([
        "main done",
        "other elsewhere",
      ]);
      expect(report.volumes[1]?.reason).toBe("this machine is not known to be a server of other");
      const only = await offsite(policies, { main, other }, { ...options, onlyClouds: ["main"] });
      expect(only.volumes.map(({ cloud }) => cloud)).toEqual(["main"]);
    } finally {
      await service.close();
    }
  });
});
