/** `pnpm cinder:demo`, which has to leave the project as it was. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { runInContext } from "../../../packages/cli/src/command.ts";
import { workHere } from "../../../packages/cli/test/in-process.ts";
import { PROCESS_ENV } from "../../../packages/cli/test/polyvol.ts";
import { playMinutes } from "../demo/play.ts";
import { holdingsOf } from "../src/database.ts";
import { userOf } from "../src/project.ts";
import { readServer, runningServer } from "../src/server.ts";

describe.skipIf(readServer() === undefined)("the demo on a real Cinder", () => {
  test("backs up, restores and drills under faults, and removes what it has made", async () => {
    const server = runningServer();
    const project = userOf(server, "demo").project_id;
    const before = holdingsOf(server, project);
    const folder = await mkdtemp(join(tmpdir(), "polyvol-demo-test-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const { code, out, err } = await workHere(
      () => runInContext({ output: "json" }, (context) => playMinutes(context, server, 2)),
      { folder, env: PROCESS_ENV },
    );
    expect(err).toContain("All is as it should be");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      ok: true,
      rounds: 2,
      clouds: [{ name: "openstack", provider: "openstack", volumes: 6 }],
      totals: { created: 12, duplicated: 0, lost: 0 },
      checks: Array.from({ length: 5 }, () => ({ wrong: [] })),
    });
    expect(holdingsOf(server, project)).toEqual(before);
  });
});
