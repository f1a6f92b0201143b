/** One command line, with what is said about it. */
export interface Step {
  readonly about?: string;
  readonly command: string;
  /** Only so many lines of what it writes are shown. */
  readonly lines?: number;
}

/** A command with its help and some runs. */
export interface Chapter {
  /** Such as `volumes list`; empty for the program itself. */
  readonly command: string;
  readonly steps: readonly Step[];
  /** What has passed before it, in milliseconds. */
  readonly laterMs?: number;
}

const run = (command: string, about?: string, lines?: number): Step => ({
  command,
  ...(about === undefined ? {} : { about }),
  ...(lines === undefined ? {} : { lines }),
});

/** All commands, in the order in which they are run on one world. */
export const STORY: readonly Chapter[] = [
  { command: "", steps: [] },
  {
    command: "config init",
    steps: [
      run("config init begun.yaml"),
      run("config init begun.yaml", "An existing file is left as it is."),
    ],
  },
  {
    command: "config check",
    steps: [
      run("config check"),
      run(
        "config check -c wrong.yaml",
        "Everything wrong with the clouds is said at once, with line, path and what is allowed; with the policies, once the clouds are right.",
      ),
    ],
  },
  { command: "config schema", steps: [run("config schema", "It begins so:", 8)] },
  { command: "clouds list", steps: [run("clouds list")] },
  {
    command: "clouds check",
    steps: [
      run("clouds check"),
      run("clouds check -c down.yaml", "A cloud that fails does not hide the others."),
    ],
  },
  {
    command: "doctor",
    steps: [
      run("doctor"),
      run("doctor -c down.yaml --cloud ocean", "What is wrong is named with what to do about it."),
    ],
  },
  {
    command: "volumes list",
    steps: [
      run("volumes list"),
      run(
        "volumes list --snapshots --sort -size",
        "With the newest good snapshot of each, the largest first.",
      ),
      run("volumes list --tag env=prod --cloud ocean -o yaml", "Data has every field, and exact values."),
      run("volumes list --cloud osean"),
      run("volumes list -c down.yaml -o json --sort name", "Data says what is missing from it.", 40),
    ],
  },
  {
    command: "volumes get",
    steps: [
      run("volumes get db"),
      run("volumes get nothing"),
      run("volumes get db --cloud ocean -v", "With each request, on standard error."),
    ],
  },
  {
    command: "volumes create",
    steps: [
      run("volumes create scratch --size 10 --cloud ocean --tag env=test"),
      run("volumes create scratch --size 10 --cloud ocean --tag env=test -o json", "Again: the same volume."),
      run(
        "volumes create scratch --size 99999 --cloud ocean",
        "What cannot be is refused before any request.",
      ),
    ],
  },
  { command: "volumes resize", steps: [run("volumes resize scratch 20 --cloud ocean")] },
  { command: "volumes attach", steps: [run("volumes attach scratch 1001 --cloud ocean")] },
  { command: "volumes detach", steps: [run("volumes detach scratch 1001 --cloud ocean")] },
  { command: "volumes rename", steps: [run("volumes rename erp erp-main --cloud samsung")] },
  { command: "volumes revert", steps: [run("volumes revert erp-main monthly --cloud samsung --yes")] },
  {
    command: "volumes delete",
    steps: [
      run(
        "volumes delete scratch --cloud ocean",
        "Where nobody can be asked, nothing is deleted without --yes.",
      ),
      run("volumes delete scratch --cloud ocean --yes"),
    ],
  },
  { command: "snapshots list", steps: [run("snapshots list --volume db")] },
  { command: "snapshots get", steps: [run("snapshots get before-upgrade --volume db --cloud ocean")] },
  { command: "snapshots create", steps: [run("snapshots create web before-move --cloud ocean")] },
  {
    command: "snapshots update",
    steps: [
      run('snapshots update monthly --volume erp-main --description "for the auditors" --cloud samsung'),
      run("snapshots update before-move --volume web --name x --cloud ocean"),
    ],
  },
  {
    command: "snapshots delete",
    steps: [run("snapshots delete before-move --volume web --cloud ocean --yes")],
  },
  // DigitalOcean wants ten minutes between two snapshots of a volume.
  { command: "backup", steps: [], laterMs: 1_200_000 },
  {
    command: "backup plan",
    steps: [
      run("backup plan --policy nightly --save tonight.json --detailed-exitcode"),
      run("backup plan --policy nigthly"),
    ],
  },
  {
    command: "backup apply",
    steps: [
      run("backup apply tonight.json --policy nightly"),
      run(
        "backup apply tonight.json --policy nightly",
        "A plan that does not fit any more is refused, and says why.",
      ),
    ],
  },
  {
    command: "backup run",
    steps: [
      run("backup run --policy weekly"),
      run("backup run --record runs.jsonl", "Again, with all policies: nothing is due."),
    ],
  },
  { command: "backup status", steps: [run("backup status"), run("backup status -c late.yaml")] },
  {
    command: "backup report",
    steps: [
      run("backup report"),
      run(
        "backup report --html backups.html --record runs.jsonl",
        "The page, with what runs have left behind.",
      ),
    ],
  },
  {
    command: "backup restore",
    steps: [run("backup restore --cloud ocean --volume db --as db-restored")],
  },
  {
    command: "backup drill",
    steps: [
      run("backup drill --cloud samsung --volume erp-main"),
      run(
        "backup drill --cloud ocean --volume db --server 1001 --check sh -- -c 'test -n \"$POLYVOL_DEVICE\"'",
        "On a server of the cloud, a program of yours can read the data.",
      ),
    ],
  },
  {
    command: "backup offsite",
    steps: [
      run(
        "backup offsite --cloud ocean --volume db --server 1001 -- sh -c 'echo stored $POLYVOL_VOLUME_NAME from $POLYVOL_DEVICE'",
        "By hand; by policy, the policy says the command.",
      ),
    ],
  },
  { command: "backup hold", steps: [run("backup hold --cloud ocean --volume db before-upgrade")] },
  { command: "backup release", steps: [run("backup release --cloud ocean --volume db before-upgrade")] },
  { command: "backup audit", steps: [run("backup audit"), run("backup audit -o json", "As data:", 12)] },
  {
    command: "backup explain",
    steps: [
      run("backup explain --policy nightly --volume db"),
      run("backup explain --policy retention.json --snapshots snapshots.json", "Without any cloud."),
    ],
  },
  { command: "fleet", steps: [] },
  {
    command: "fleet dispatch",
    steps: [run("fleet dispatch", "Where the queue is, the command line or the environment has to say.")],
  },
  { command: "fleet work", steps: [run("fleet work --redis redis://me:secret@127.0.0.1:9")] },
  { command: "fleet status", steps: [] },
  { command: "demo", steps: [] },
  { command: "emulator", steps: [run("emulator digitalocean --help", undefined, 14)] },
  { command: "completion", steps: [run("completion bash", "It begins so:", 6)] },
  {
    command: "help",
    steps: [run("help volums", "Of a command that is not there it says so, as the command itself would.")],
  },
];

/** Files that steps read, beside the configuration; a function makes one of the configuration's text. */
export const FILES: Readonly<Record<string, (config: string) => string>> = {
  "wrong.yaml": (config) =>
    config.replace("region: nyc3", "regoin: nyc3").replace("provider: samsung-scp", "provider: samsung-spc"),
  "down.yaml": (config) => config.replace(/127\.0\.0\.1:\d+"/, '127.0.0.1:9", retry: { maxAttempts: 1 }'),
  "late.yaml": (config) => config.replace("0 3 * * *", "0 7 * * *"),
  "retention.json": () => '{ "timezone": "UTC", "daily": 2, "keepOldest": false }\n',
  "snapshots.json": () =>
    `${JSON.stringify([
      { id: "c", time: "2026-11-20T03:00:00Z" },
      { id: "b", time: "2026-11-19T03:00:00Z", tags: ["polyvol-hold"] },
      { id: "a", time: "2026-11-18T03:00:00Z" },
    ])}\n`,
};
