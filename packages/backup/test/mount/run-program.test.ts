import { ChildProcess } from "node:child_process";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, describe, expect, test, vi } from "vitest";
import { runProgram } from "../../src/mount/linux/run-program.ts";

describe.skipIf(process.platform === "win32")("a program of the system", () => {
  test("says how it ended, and why it failed", async () => {
    expect(await runProgram("echo", ["done"], 60_000)).toEqual({ status: 0, output: "done\n", said: "" });
    const failed = await runProgram("sh", ["-c", "echo no such disk >&2; exit 3"], 60_000);
    expect(failed).toEqual({ status: 3, output: "", said: "no such disk" });
    const missing = await runProgram("no-such-program", [], 60_000);
    expect(missing).toMatchObject({ status: undefined, said: expect.stringContaining("ENOENT") });
  });

  test("is killed when its time is over, or when it is stopped", async () => {
    const late = await runProgram("sleep", ["1000"], 10);
    expect(late).toEqual({ status: undefined, output: "", said: "took longer than 0.01 s and was killed" });
    const stopped = await runProgram("sleep", ["1000"], 60_000, AbortSignal.abort());
    expect(stopped).toEqual({ status: undefined, output: "", said: "was stopped and was killed" });
  });

  describe("that waits for a disk, so that no signal ends it,", () => {
    const kill = ChildProcess.prototype.kill;
    let child: ChildProcess | undefined;
    const deafen = (): void => {
      vi.spyOn(ChildProcess.prototype, "kill").mockImplementation(function (this: ChildProcess) {
        child = this;
        return true;
      });
    };
    const end = (): boolean | undefined => child && kill.call(child, "SIGKILL");
    afterEach(() => {
      vi.useRealTimers();
      vi.restoreAllMocks();
      end();
    });

    test("is not done while it has its disk, though it was stopped", async () => {
      deafen();
      const stop = new AbortController();
      let isDone = false;
      const ended = runProgram("sleep", ["1000"], 60_000, stop.signal).finally(() => {
        isDone = true;
      });
      stop.abort();
      for (let turn = 0; turn < 100; turn += 1) await nextTurn();
      expect(isDone).toBe(false);
      end();
      expect(await ended).toMatchObject({ status: undefined, said: "was stopped and was killed" });
    });

    test("is not waited for without end", async () => {
      deafen();
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
      const ended = runProgram("sleep", ["1000"], 60_000);
      await vi.advanceTimersByTimeAsync(60_000 + 5_000);
      expect(await ended).toEqual({
        status: undefined,
        output: "",
        said: "took longer than 60 s and could not be killed: it waits for a disk",
      });
    });
  });
});
