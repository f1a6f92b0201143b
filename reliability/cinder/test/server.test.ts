/** The means of proof themselves: the server, its database and the proxy in front of it, without Polyvol. */
import { createFaultProxy } from "@polyvol/emulators";
import { describe, expect, onTestFinished, test } from "vitest";
import { holdingsOf } from "../src/database.ts";
import { ask, control, giveBack, logIn, takeProject, userOf } from "../src/project.ts";
import { readServer, runningServer } from "../src/server.ts";

describe.skipIf(readServer() === undefined)("the real Cinder", () => {
  test("a lost answer is a volume in its database, which the client knows nothing of", async () => {
    const server = runningServer();
    const project = await takeProject();
    const token = await logIn(server, "demo", project.name);
    const proxy = createFaultProxy({ target: server.root });
    const { url, close } = await proxy.listen();
    onTestFinished(close);
    proxy.faults.add({ kind: "cut-after", count: 1, match: { method: "POST", path: "/v3/*/volumes" } });
    const body = { volume: { name: "lost", size: 1 } };
    await expect(ask("POST", `${url}/v3/${project.id}/volumes`, token, body)).rejects.toThrow("fetch failed");
    const [volume, ...others] = holdingsOf(server, project.id).volumes;
    expect([volume?.name, others]).toEqual(["lost", []]);

    await expect.poll(() => holdingsOf(server, project.id).volumes[0]?.status).toBe("available");
    await ask("DELETE", `${url}/v3/${project.id}/volumes/${volume?.id}`, token);
    await expect.poll(() => holdingsOf(server, project.id).volumes).toEqual([]);
    expect(proxy.log.entries().map(({ status }) => status)).toEqual([undefined, 202]);
    giveBack(project);
  });

  test("its storage fails when it is told to", async () => {
    const server = runningServer();
    const project = await takeProject();
    const token = await logIn(server, "demo", project.name);
    control(server, { fail: { create_volume: 3 } });
    onTestFinished(() => control(server, undefined));
    await ask("POST", `${server.root}/v3/${project.id}/volumes`, token, {
      volume: { name: "failing", size: 1 },
    });
    await expect.poll(() => holdingsOf(server, project.id).volumes[0]?.status).toBe("error");
    const [volume] = holdingsOf(server, project.id).volumes;
    await ask("DELETE", `${server.root}/v3/${project.id}/volumes/${volume?.id}`, token);
    await expect.poll(() => holdingsOf(server, project.id).volumes).toEqual([]);
    giveBack(project);
  });

  test("a project sees nothing of another", async () => {
    const server = runningServer();
    const [one, two] = [await takeProject(), await takeProject()];
    expect(one.id).not.toBe(two.id);
    expect(userOf(server, "demo").project_id).not.toBe(one.id);
    giveBack(one);
    giveBack(two);
    expect((await takeProject()).id).toBe(one.id);
    giveBack(one);
  });
});
