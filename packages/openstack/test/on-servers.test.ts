/** Attaching and detaching where Cinder alone manages servers, and where it does not. */
import { expect, test } from "vitest";
import { failureOf } from "../../../scripts/test/failure-of.ts";
import { SERVERS } from "./emulated-cloud.ts";
import { type Answer, cinderEntries, holding, startCloud, VOLUME_ID, volume } from "./fake-cloud.ts";

const [SERVER] = SERVERS;
const ACCEPTED: Answer = { status: 202 };

test("where a Nova manages servers, attaching is its business: nothing is sent", async () => {
  const cloud = await startCloud({
    cinder: holding({}, () => undefined),
    catalogue: (url) => [...cinderEntries(url), { type: "compute", endpoints: [] }],
  });
  const error = await failureOf(cloud.storage.volumes.attach(VOLUME_ID, SERVER));
  expect(error).toMatchObject({ code: "unsupported", outcome: "not_applied" });
  expect(cloud.seen.filter((each) => each.startsWith("POST"))).toEqual([]);
});

test("detaching names the attachment; a volume that another server has is left alone", async () => {
  const attachments = [{ id: VOLUME_ID, attachment_id: "a-1", server_id: SERVER, device: "auto" }];
  let attached = true;
  const bodies: unknown[] = [];
  const cloud = await startCloud({
    cinder: holding({}, (key, body) => {
      if (key === `GET /volumes/${VOLUME_ID}`)
        return { body: { volume: volume(attached ? { status: "in-use", attachments } : {}) } };
      if (!key.startsWith("POST")) return undefined;
      bodies.push(body);
      attached = false;
      return ACCEPTED;
    }),
  });
  expect((await cloud.storage.volumes.detach(VOLUME_ID, "another-server")).attachments).toEqual([
    { serverId: SERVER },
  ]);
  expect(bodies).toEqual([]);
  await cloud.storage.volumes.detach(VOLUME_ID, SERVER);
  expect(bodies).toEqual([{ "os-detach": { attachment_id: "a-1" } }]);
});
