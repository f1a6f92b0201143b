/** Volumes without a name, such as those that Nova boots servers from, and those on servers that are not told. */
import { createOpenStackEmulator } from "@polyvol/emulators/openstack";
import { expect, onTestFinished, test } from "vitest";
import { attachedTo } from "../src/commands/volume-view.ts";
import { startClouds } from "./clouds.ts";

test("backups show a volume that has no name by its id", async () => {
  const clouds = await startClouds();
  const stack = createOpenStackEmulator({ workMs: 0 });
  const listener = await stack.listen();
  onTestFinished(async () => {
    await Promise.all([clouds.close(), listener.close()]);
  });
  stack.seed({
    volumes: [
      { id: "3183d235-ebd9-4804-8ce2-eb09ef5d9992", name: "" },
      { id: "bc05da0d-2720-480a-b703-5c52bee94895", name: null },
    ],
  });
  await clouds.write(
    "polyvol.config.yaml",
    `clouds:
  stack:
    provider: openstack
    credentials: { password: { env: SECRET } }
    options: { authUrl: "${listener.url}", username: demo, projectName: demo, settleMs: 0 }
policies:
  all:
    select: { name: "*" }
    schedule: { every: 1d, timezone: UTC }
    retention: { last: 2 }
`,
  );
  for (const command of ["backup plan", "backup run", "backup status"]) {
    const { code, out } = await clouds.run(command);
    expect([command, code, out.match(/^stack +\S+/gm)]).toEqual([
      command,
      0,
      [expect.stringMatching(/3183d235$/), expect.stringMatching(/bc05da0d$/)],
    ]);
  }
});

test("a server that the provider does not tell is shown as unknown", () => {
  expect(attachedTo({ attachments: [{ serverId: "" }, { serverId: "s1" }] })).toBe("unknown, s1");
  expect(attachedTo({ attachments: [] })).toBe("");
});
