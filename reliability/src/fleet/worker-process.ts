import { type ChildProcess, spawn } from "node:child_process";
import { onTestFinished } from "vitest";
import { programFile } from "../../../scripts/test/program-file.ts";

const BIN = new URL("../../../packages/cli/src/bin.ts", import.meta.url);

/** How a worker is started. */
export interface WorkerCommand {
  readonly file: string;
  readonly redisUrl: string;
  readonly env: Readonly<Record<string, string>>;
  readonly concurrency: number;
  /** Such as `3s`. */
  readonly lock: string;
}

/** One line of a worker's log. */
export interface LogLine {
  readonly time?: string;
  readonly event?: string;
  readonly account?: string;
  readonly level?: string;
  readonly message?: string;
  readonly parked?: boolean;
  readonly state?: string;
  /** Name and volume of a snapshot, where it is about one. */
  readonly name?: string;
  readonly volumeId?: string;
}

/** `polyvol fleet work` as a service: whenever its process has ended by itself or was killed, there is another one. */
export interface WorkerService {
  /** Ends its process without a word, as a machine dies. */
  kill(): Promise<void>;
  /** As a service is stopped, once it has started: before that, the signal is its end. Resolves with the exit code. */
  stop(): Promise<number | null>;
}

/** @param onLine receives each line of its log */
export function startWorker(command: WorkerCommand, onLine: (line: LogLine) => void): WorkerService {
  let stopping = false;
  let current = startProcess(command, onLine);
  const supervise = async (): Promise<void> => {
    while (!stopping) {
      const { ended } = current;
      await ended;
      if (!stopping) current = startProcess(command, onLine);
    }
  };
  void supervise();
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    current.child.kill(signal);
    return await current.ended;
  };
  onTestFinished(async () => {
    stopping = true;
    await end("SIGKILL");
  });
  return {
    kill: async () => void (await end("SIGKILL")),
    async stop() {
      stopping = true;
      await Promise.race([current.started, current.ended]);
      return await end("SIGTERM");
    },
  };
}

function startProcess(
  command: WorkerCommand,
  onLine: (line: LogLine) => void,
): {
  readonly child: ChildProcess;
  /** It waits for jobs. */
  readonly started: Promise<void>;
  readonly ended: Promise<number | null>;
} {
  const { file, redisUrl, concurrency, lock } = command;
  const child = spawn(
    process.execPath,
    [
      ...[programFile(BIN), "fleet", "work", "--config", file, "--redis", redisUrl],
      ...["--concurrency", String(concurrency), "--lock", lock, "--log-format", "json"],
    ],
    { env: { ...process.env, ...command.env }, stdio: ["ignore", "ignore", "pipe"] },
  );
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const { promise: started, resolve: hasStarted } = Promise.withResolvers<void>();
  let rest = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    const lines = `${rest}${text}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const read: LogLine = line.startsWith("{") ? JSON.parse(line) : { level: "text", message: line };
      if (read.message === "Waiting for jobs.") hasStarted();
      onLine(read);
    }
  });
  return { child, started, ended };
}
