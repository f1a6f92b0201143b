#!/usr/bin/env node
import { type CommandIo, runEmulatorCommand } from "./command.ts";

let stopped = false;

/** Resolves at the first SIGINT, SIGTERM or SIGHUP. Heard from the start: who has read the address may stop it at once. */
const untilStopped = new Promise<void>((resolve) => {
  const stop = (): void => {
    stopped = true;
    resolve();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, stop);
});

const io: CommandIo = {
  // Package managers say which script they run: in a checkout of this project it is `pnpm emulator`.
  program: process.env["npm_lifecycle_event"] === "emulator" ? "pnpm emulator" : "polyvol-emulator",
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  env: process.env,
  untilStopped: () => untilStopped,
};

// Whoever started the emulator may stop reading once it knows the URL, and its terminal may go.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
void runEmulatorCommand(process.argv.slice(2), io).then((code) => {
  process.exitCode = code;
  // Timers of delayed answers and late commits must not outlive the server.
  if (stopped) process.exit();
});
