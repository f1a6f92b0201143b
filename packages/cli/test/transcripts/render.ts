import { FILES, STORY, type Step } from "./story.ts";
import { createWorld, type World } from "./world.ts";

const HEAD = `# The command line

What \`polyvol\` writes, command by command: its help, and runs on two emulated clouds. This page is made by running
them (\`pnpm docs:cli\`), and a test runs them again.

| exit code | |
|---|---|
| 0 | done; also for an audit that finds something |
| 1 | failed, or not all could be read, or all was done and the results could not be written |
| 2 | the command line or the configuration is wrong, or asks for what cannot be, and nothing else failed; nothing was done, and what could be looked at is shown |
| 3 | changes are pending, with \`backup plan --detailed-exitcode\` |
| 4 | something is stale, with \`backup status\` and \`fleet status\` |
| 130 | interrupted |

Results go to standard output, everything that is said about the work to standard error. At the first Ctrl-C a command
finishes or gives up what is in flight and says what is left; at the second it stops at once, except that
the hooks of a backup that are due still run ([backup.md](backup.md#apply)). Commands that change something can be
repeated: they continue, and make nothing twice. With \`--quiet\` there is no progress, and no table of a check that finds all well or of
a run that had nothing to do; what a command makes, changes or lists is still written, and so is data (\`-o json\`).

A command about one volume or snapshot looks for it on all clouds; where several have the name, or where a cloud that may
have it cannot be seen, it does nothing and asks for \`--cloud\`. The variable \`POLYVOL_CLOUD\` is the default of that
option. An id may be given as tables show it, by its beginning. Tables are cut to the terminal in their less important
columns, never in names; \`-o wide\` leaves nothing out. What \`polyvol --help\` calls
options is also in the help of each command; this page shows it once.

## What programs read

With \`-o json\` and \`-o yaml\` results are data with every field, in a fixed order: by cloud and name, snapshots by cloud
and time, or as \`--sort\` says. Each failure is then one line of JSON on standard error, \`{"error":{…}}\`, with \`code\` and
\`message\`, and where they are known \`next\` (what to do), \`cloud\`, \`provider\`, \`operation\`, \`resource\`, \`status\`,
\`requestId\`, \`retryable\`, \`retryAfterMs\`, \`outcome\`, and \`problems\` of a configuration or plan. The code is one of
[errors.md](errors.md), or \`usage\`, \`configuration\`, \`cloud_unseen\`, \`interrupted\`, \`timeout\`, \`failed\`. Lines
that begin with another character are progress.

\`volumes create\` and \`snapshots create\` add \`created\`: \`false\` when it was there already, so that nothing was created.

A list of which a cloud is missing stays an array. The missing part is an element of its own, the last one:
\`{"cloud": "samsung", "error": {…}}\`; the exit code is 1. So \`jq '[.[] | select(.error | not)]'\` is what could be read,
and a list without such an element is whole.

With \`-o jsonl\`, \`volumes list\` and \`snapshots list\` write a line of JSON for each as it is read, those of all clouds as
they come, and keep none: a list of any length takes the same memory, but for the names of the volumes (of snapshots) and
the newest snapshot of each volume (\`--snapshots\`). Parts that are missing are the last lines. \`held\` can be \`null\`
in lines before the first snapshot that shows a tag, where the provider does not tell whether tags are shown at all.

## Looking closer

\`--verbose\`, or \`POLYVOL_DEBUG=http\`, writes a line for each request to standard error: cloud, call, method, path,
status, duration and the provider's id of the request; and one for each retry, pause and look at what is waited for. No
headers and no bodies, so no credentials.

Node keeps what it has compiled of the command in the folder \`NODE_COMPILE_CACHE\`, or one of its own among the temporary
files, so that the next start is quicker; \`NODE_DISABLE_COMPILE_CACHE=1\` keeps it from that.

All runs on this page read this \`polyvol.config.yaml\`:

`;

/** The page, made by running every command of the story. */
export async function renderPage(): Promise<string> {
  const world = await createWorld();
  try {
    const config = await world.read("polyvol.config.yaml");
    const parts = [HEAD, fence("yaml", config), "\n"];
    const original = await world.raw("polyvol.config.yaml");
    for (const [file, make] of Object.entries(FILES)) await world.write(file, make(original));
    for (const { command, steps, laterMs = 0 } of STORY) {
      await world.advance(laterMs);
      parts.push(`## ${`polyvol ${command}`.trim()}\n\n`);
      // Helps say the same whatever the clouds hold.
      const help = block(world, { command: `${command} --help`.trim() });
      const runs: string[] = [];
      for (const step of steps) runs.push(await block(world, step));
      parts.push(await help, ...runs);
    }
    return `${parts.join("").trimEnd()}\n`;
  } finally {
    await world.close();
  }
}

/** The options that every command takes; the page has them once, in the first help. */
const GLOBAL = /\nGlobal Options:\n(?: .*\n)+/;

async function block(world: World, { about, command, lines }: Step): Promise<string> {
  const { text, code } = await world.run(command);
  const all = text.replace(GLOBAL, "").trimEnd().split("\n");
  const shown = lines === undefined || all.length <= lines ? all : [...all.slice(0, lines), "…"];
  const exit = code === 0 ? "" : `(exit code ${code})\n`;
  const content = `$ polyvol ${command}\n${shown.map((line) => line.trimEnd()).join("\n")}\n${exit}`;
  return `${about === undefined ? "" : `${about}\n\n`}${fence("text", content)}\n`;
}

function fence(language: string, content: string): string {
  return `\`\`\`${language}\n${content}\`\`\`\n`;
}
