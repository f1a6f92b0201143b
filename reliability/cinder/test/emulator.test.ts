import { createOpenStackEmulator } from "@polyvol/emulators/openstack";
import { expect, onTestFinished, test } from "vitest";
import { differencesOf } from "../compare/differences.ts";
import { PROGRAM } from "../compare/program.ts";
import { runProgram } from "../compare/run.ts";
import { giveBack, logIn, logInAt, takeProject } from "../src/project.ts";
import { readServer, runningServer } from "../src/server.ts";

const MANY = 1_000_000;

test.skipIf(readServer() === undefined)(
  `the emulator answers ${PROGRAM.length} requests as the real server does: status, headers, body, and what things come to`,
  async () => {
    const server = runningServer();
    const project = await takeProject();
    onTestFinished(() => giveBack(project));
    const token = await logIn(server, "demo", project.name);
    const real = await runProgram(PROGRAM, { root: server.root, token, projectId: project.id });

    const { region } = server;
    const quotas = { volumes: MANY, snapshots: MANY, gigabytes: MANY };
    const emulator = createOpenStackEmulator({ region, quotas, workMs: 100 });
    const listener = await emulator.listen();
    onTestFinished(() => listener.close());
    const own = await logInAt(`${listener.url}/identity/v3`, "demo", "any", project.name);
    const emulated = await runProgram(PROGRAM, { root: listener.url, ...own });

    expect(real).toHaveLength(PROGRAM.length);
    expect(differencesOf(real, emulated)).toEqual([]);
  },
);
