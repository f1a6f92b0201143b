import { existsSync } from "node:fs";
import { describeBlockStorageDriver } from "@polyvol/conformance";
import { samsungScp } from "@polyvol/samsung-scp";
import { afterAll, describe, expect, test } from "vitest";
import { emulated, SERVER } from "../../packages/samsung-scp/test/emulated.ts";
import { makeHarness } from "../../packages/samsung-scp/test/harness.ts";
import { createJudge, type Exchange, type Judge } from "../src/description/samsung-scp-judge.ts";

/*
 * Every request of this adapter and every answer of the emulator in version 1.0, during the whole conformance kit and
 * a tour of the service's own operations, is held against the vendor's own description of that version. The file lies
 * beside the repository and is not part of it.
 */
const FILE = new URL("../../../shared/reference/scp-virtualserver-1.0.openapi.yaml", import.meta.url);
const isThere = existsSync(FILE);

/**
 * Where the description is wrong about the live service, by the fact sheet (reference/scp.md). This is the one list of
 * them: what differs from the description and is not here fails, and so does what is here and no longer differs.
 */
const DEVIATIONS: readonly { readonly what: string; readonly sheet: string; readonly complaint: RegExp }[] = [
  {
    what: "a missing id is answered with 404, which the description has for the routes of servers only",
    sheet: "section 4.1, before the table; section 7.2",
    complaint: /^\w+: status 404 is not described$/,
  },
  {
    what: "volume_image_metadata is null for a volume that was not made from an image",
    sheet: "section 4.6",
    complaint: /^\w+: answer 20[02] (?:\/volumes\/\*)?\/volume_image_metadata must be object$/,
  },
];

/** Transfer of volumes is not in this version of Polyvol. */
const LEFT_OUT = /Transfer$/;

const found = {
  requests: 0,
  answers: 0,
  bodies: 0,
  operations: new Set<string>(),
  problems: new Map<string, number>(),
};

/** A `fetch` that judges what passes through it; answers only as long as none was spoilt on purpose. */
function judging(judge: Judge, isSpoilt: () => boolean): typeof globalThis.fetch {
  return async (input, init) => {
    const spoiltBefore = isSpoilt();
    const response = await globalThis.fetch(input, init);
    const url = new URL(String(input));
    if (url.pathname === "/") return response;
    const { method = "GET", body } = init ?? {};
    const requestBody = typeof body === "string" ? body : "";
    // A clone of each would take as long as the request itself.
    const answerBody = spoiltBefore ? "" : await response.text();
    const exchange: Exchange = { method, url, requestBody, status: response.status, answerBody };
    const verdicts = [judge.request(exchange)];
    found.requests += 1;
    if (!spoiltBefore) {
      verdicts.push(judge.answer(exchange));
      found.answers += 1;
    }
    found.operations.add(judge.operationOf(exchange));
    for (const { problems, hasBody } of verdicts) {
      if (hasBody) found.bodies += 1;
      for (const each of problems) found.problems.set(each, (found.problems.get(each) ?? 0) + 1);
    }
    return spoiltBefore ? response : new Response(response.status === 204 ? null : answerBody, response);
  };
}

if (!isThere) {
  test.skip("the vendor's description is not at ../shared/reference/scp-virtualserver-1.0.openapi.yaml");
} else {
  const judge = createJudge(FILE);

  describeBlockStorageDriver("samsung-scp, judged by the description of 1.0", () =>
    makeHarness({ apiVersion: "1.0", fetch: (isSpoilt) => judging(judge, isSpoilt) }),
  );

  test("the service's own operations, judged by the description of 1.0", async () => {
    const fetch = judging(judge, () => false);
    const { storage, clock } = await emulated({ storage: { apiVersion: "1.0", fetch } });
    const scp = samsungScp(storage);
    const { id } = await storage.volumes.create({ name: "data", sizeGiB: 8, tags: { team: "a", bare: "" } });
    await scp.attachToServer(SERVER, { volumeId: id, device: "/dev/vdf", deleteOnTermination: true });
    await clock.sleep(10_000);
    await scp.listServerVolumes(SERVER);
    await scp.getServerVolume(SERVER, id);
    await scp.setDeleteOnTermination(SERVER, id, false);
    await scp.detachFromServer(SERVER, id);
    const [type] = await scp.listVolumeTypes();
    await scp.getVolumeType(type?.id ?? "");
    await scp.getDefaultVolumeType();
    await scp.getQuotas();
    await expect(scp.getServerVolume(id, id)).rejects.toMatchObject({ code: "not_found" });
    await expect(scp.attachToServer(SERVER, { volumeId: id, device: "x" })).rejects.toMatchObject({
      status: 400,
    });
  });

  test("nothing differs but what is known to, and every described operation was used", () => {
    const problems = [...found.problems.keys()];
    const unknown = problems.filter((each) => !DEVIATIONS.some(({ complaint }) => complaint.test(each)));
    expect(unknown).toEqual([]);
    const used = DEVIATIONS.filter(({ complaint }) => problems.some((each) => complaint.test(each)));
    expect(used.map(({ what }) => what)).toEqual(DEVIATIONS.map(({ what }) => what));
    const described = judge.operations.filter((each) => !LEFT_OUT.test(each));
    expect([...found.operations].sort()).toEqual([...described].sort());
  });

  describe("the judge finds", () => {
    const url = new URL("http://127.0.0.1/v1/snapshots");
    const asked = { name: "s", volume_id: "b" };
    const made = { id: "a", size: 8, volume_id: "b", created_at: "2026-01-01T00:00:00Z", metadata: null };
    const count = (request: object, answer: object, target = url, status = 202): number => {
      const bodies = { requestBody: JSON.stringify(request), answerBody: JSON.stringify(answer) };
      const exchange = { method: "POST", url: target, status, ...bodies };
      return judge.request(exchange).problems.length + judge.answer(exchange).problems.length;
    };

    test("nothing where all is well", () => {
      expect(count({ ...asked, force: null, metadata: {} }, made)).toBe(0);
    });

    test.each([
      ["a name that does not fit", { ...asked, name: "a.b" }, made, url],
      ["a key that is missing in a request", { name: "s" }, made, url],
      ["a key too many in a request", { ...asked, tags: [] }, made, url],
      ["a type that is wrong in a request", { ...asked, force: "yes" }, made, url],
      ["a key that is missing in an answer", asked, { ...made, id: undefined }, url],
      ["a key too many in an answer", asked, { ...made, zone: "a" }, url],
      ["a type that is wrong in an answer", asked, { ...made, metadata: "text" }, url],
      ["a query that is not described", asked, made, new URL("?limit=1", url)],
    ])("%s", (_, request, answer, target) => {
      expect(count(request, answer, target)).toBe(1);
    });

    test("a status that is not described", () => {
      expect(count(asked, made, url, 201)).toBe(1);
    });
  });

  afterAll(() => {
    const deviating = [...found.problems.values()].reduce((sum, each) => sum + each, 0);
    process.stdout.write(
      `virtualserver 1.0: ${found.requests} requests and ${found.answers} answers of ${found.operations.size} operations ` +
        `validated, ${found.bodies} bodies; ${deviating} times one of ${DEVIATIONS.length} known deviations\n`,
    );
  });
}
