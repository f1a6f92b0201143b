import { secondsText } from "./format.ts";
import {
  areMessagesJson,
  beforeEachWrite,
  isQuiet,
  type LogLevel,
  writeJsonMessage,
  writeTo,
} from "./streams.ts";
import { fit } from "./table.ts";
import { canMove, clean, colour, type Tone } from "./terminal.ts";

/** Lines about work that goes on side by side. */
export interface Progress {
  /** Whether lines move, on a terminal. Otherwise each change is a line of its own. */
  readonly moving: boolean;
  /** What a piece of work is doing. */
  update(key: string, text: string): void;
  /** How it ended; its line stays. */
  finish(key: string, text: string, tone?: Tone): void;
  /** Ends the moving part, so that other things can be written. */
  close(): void;
}

const FRAME_MS = 80;
const FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";

const SILENT: Progress = {
  moving: false,
  update: () => undefined,
  finish: () => undefined,
  close: () => undefined,
};

/** Moving lines on a terminal; in a log and in a pipe one plain line for each change; nothing with `--quiet`. */
export function createProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  if (isQuiet()) return SILENT;
  return canMove(stream) && !areMessagesJson() ? liveProgress(stream) : plainProgress(stream);
}

function plainProgress(stream: NodeJS.WriteStream): Progress {
  const last = new Map<string, string>();
  const write = (key: string, text: string, level: LogLevel): void => {
    if (last.get(key) === text) return;
    last.set(key, text);
    const line = `${clean(key)}: ${clean(text)}`;
    if (areMessagesJson()) writeJsonMessage(level, line);
    else writeTo(stream, `${line}\n`);
  };
  return {
    moving: false,
    update: (key, text) => write(key, text, "info"),
    finish: (key, text, tone) => write(key, text, tone === "bad" ? "error" : "info"),
    close: () => undefined,
  };
}

function liveProgress(stream: NodeJS.WriteStream): Progress {
  const active = new Map<string, { readonly text: string; readonly since: number }>();
  let drawn = 0;
  let frame = 0;
  let timer: NodeJS.Timeout | undefined;

  const back = (): string => (drawn === 0 ? "" : `\u001b[${drawn}A\u001b[0J`);
  const release = beforeEachWrite(() => {
    writeTo(stream, back());
    drawn = 0;
  });

  function draw(finished = ""): void {
    // A terminal that does not say how large it is has 0 of both.
    const columns = Math.max(20, (stream.columns || 80) - 1);
    const mark = FRAMES[frame % FRAMES.length] ?? "";
    // What does not fit on the screen cannot be drawn over again.
    const shown = [...active].slice(0, Math.max(1, (stream.rows || 24) - 2));
    const lines = shown.map(([key, { text, since }]) => {
      // What moves is the time: of a long line the words give way.
      const time = secondsText(performance.now() - since);
      const line = fit(`${clean(key)}: ${clean(text)}`, columns - 3 - time.length);
      return `${colour("busy", mark, stream)} ${line} ${time}\n`;
    });
    writeTo(stream, `${back()}${finished}${lines.join("")}`);
    drawn = lines.length;
  }

  function tick(): void {
    frame += 1;
    draw();
  }

  function stop(): void {
    clearInterval(timer);
    timer = undefined;
  }

  return {
    moving: true,
    update(key, text) {
      active.set(key, { text, since: active.get(key)?.since ?? performance.now() });
      timer ??= setInterval(tick, FRAME_MS).unref();
    },
    finish(key, text, tone = "good") {
      active.delete(key);
      const mark = tone === "bad" ? "✗" : "✓";
      draw(`${colour(tone, mark, stream)} ${clean(key)}: ${clean(text)}\n`);
      if (active.size === 0) stop();
    },
    close() {
      stop();
      active.clear();
      if (drawn > 0) draw();
      release();
    },
  };
}
