import { connect } from "node:net";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type CommandOptions, runCommand } from "../../src/command/run-command.ts";

/** Runs code in a Node of its own. */
function runNode(code: string, options: Partial<CommandOptions> = {}, timeoutMs = 600_000) {
  const command = [process.execPath, "-e", code] as const;
  return runCommand({ command: [...command], timeoutMs }, { environment: {}, ...options });
}

const FOREVER = "console.log('ready'); setInterval(() => 0, 1000)";

/** A process that listens as long as it lives, and says where. */
const LISTENING = `require("net").createServer().listen(0, "127.0.0.1", function () { console.log("port " + this.address().port); })`;

/** Whether nobody listens there. */
function isSilent(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(false);
    });
    socket.once("error", () => resolve(true));
  });
}

describe("a command of the user's", () => {
  test("says how it ended, and what it wrote, while it writes it", async () => {
    const heard: string[] = [];
    const end = await runNode("console.log('half'); console.error('no room'); process.exitCode = 3", {
      onOutput: (text, stream) => void heard.push(`${stream}: ${text.trim()}`),
    });
    expect(end).toMatchObject({ ok: false, how: "ended with 3", exitCode: 3, late: false });
    expect(end.said).toBe("no room; on its standard output: half");
    expect(heard.toSorted()).toEqual(["stderr: no room", "stdout: half"]);
  });

  test("has this environment and no other", async () => {
    const end = await runNode("console.log(Object.keys(process.env).join())", {
      environment: { POLYVOL_DEVICE: "/dev/sd\0a" },
    });
    // What the system itself adds (macOS) begins with two underscores.
    expect(end.said.split(",").filter((name) => !name.startsWith("__"))).toEqual(["POLYVOL_DEVICE"]);
  });

  test.skipIf(process.platform === "win32")("asked to end, may clean up after itself", async () => {
    const stop = new AbortController();
    const code = `process.on("SIGTERM", () => { console.log("unlocked"); process.exit(0); }); console.log("ready"); setInterval(() => 0, 1000)`;
    const end = await runNode(code, {
      abortSignal: stop.signal,
      graceMs: 600_000,
      onOutput: (text) => text.includes("ready") && stop.abort(),
    });
    expect(end).toMatchObject({ ok: false, how: "was stopped, and ended with 0", said: "ready\nunlocked" });
    // A status of one that was stopped in the middle says nothing of its work.
    expect(end).not.toHaveProperty("exitCode");
  });

  test.skipIf(process.platform === "win32")("that does not end when asked is killed", async () => {
    const stop = new AbortController();
    const code = `process.on("SIGTERM", () => console.log("no")); console.log("ready"); setInterval(() => 0, 1000)`;
    const end = await runNode(code, {
      abortSignal: stop.signal,
      graceMs: 50,
      onOutput: (text) => text.includes("ready") && stop.abort(),
    });
    expect(end).toMatchObject({ ok: false, how: "was stopped, and ended by SIGKILL" });
  });

  describe("that cannot be killed is not waited for", () => {
    const pids = new Set<number>();
    afterEach(() => {
      vi.useRealTimers();
      vi.restoreAllMocks();
      for (const pid of pids) end(pid);
      pids.clear();
    });
    const end = (pid: number): void => {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // That of the test before is gone.
      }
    };
    const killing = (outcome: () => true): void => {
      vi.spyOn(process, "kill").mockImplementation((pid) => {
        pids.add(pid);
        return outcome();
      });
    };

    test.skipIf(process.platform === "win32")("since it is another user's", async () => {
      killing(() => {
        throw Object.assign(new Error("kill EPERM"), { code: "EPERM" });
      });
      const stop = new AbortController();
      const end = await runNode(FOREVER, { abortSignal: stop.signal, onOutput: () => stop.abort() });
      expect(end).toMatchObject({ ok: false, how: "could not be killed", mayStillRun: true, said: "ready" });
    });

    test.skipIf(process.platform === "win32")("since it waits for a device", async () => {
      killing(() => true);
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
      const ready = Promise.withResolvers<void>();
      const ended = runNode(FOREVER, { graceMs: 20_000, onOutput: () => ready.resolve() }, 60_000);
      await ready.promise;
      await vi.advanceTimersByTimeAsync(60_000 + 20_000 + 5_000);
      expect(await ended).toMatchObject({ ok: false, late: true, mayStillRun: true });
    });
  });

  test("aborted before it began ends at once", async () => {
    const end = await runNode("setInterval(() => 0, 1000)", { abortSignal: AbortSignal.abort() });
    expect(end.ok).toBe(false);
  });

  test.skipIf(process.platform === "win32")(
    "does not outlive a process that exits in the middle",
    async () => {
      const module = new URL("../../src/command/run-command.ts", import.meta.url).href;
      const command = [process.execPath, "-e", `${LISTENING}; setInterval(() => 0, 1000)`];
      const options = `{ environment: {}, leavesNothing: true, onOutput: (text) => { process.stdout.write(text); setImmediate(() => process.exit(0)); } }`;
      const code = `const { runCommand } = await import(${JSON.stringify(module)}); await runCommand(${JSON.stringify({ command, timeoutMs: 600_000 })}, ${options});`;
      const flags = ["--conditions=@polyvol/source", "--input-type=module", "-e", code];
      const end = await runCommand(
        { command: [process.execPath, ...flags], timeoutMs: 600_000 },
        { environment: {} },
      );
      const port = Number(/port (\d+)/.exec(end.said)?.[1]);
      expect(port, end.said).toBeGreaterThan(0);
      await expect.poll(() => isSilent(port)).toBe(true);
    },
  );

  test.skipIf(process.platform === "win32")("leaves nothing running where it must not", async () => {
    let port = 0;
    // It ends once it has heard from what it leaves behind.
    const code = `const child = require("child_process").spawn(process.execPath, ["-e", ${JSON.stringify(LISTENING)}], { stdio: ["ignore", "pipe", "inherit"] }); child.stdout.on("data", (text) => { process.stdout.write(text); child.unref(); setImmediate(() => process.exit(0)); })`;
    const end = await runNode(code, {
      leavesNothing: true,
      onOutput: (text) => {
        port = Number(/port (\d+)/.exec(text)?.[1] ?? port);
      },
    });
    expect(end.ok).toBe(true);
    expect(port).toBeGreaterThan(0);
    await expect.poll(() => isSilent(port)).toBe(true);
  });
});
