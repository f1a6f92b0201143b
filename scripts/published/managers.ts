import { cleanEnvironment, type Environment } from "./environment.ts";
import { toolPath } from "./tools.ts";

/** One package manager, and how a project of its user is worked with. */
export interface Manager {
  readonly name: "npm" | "pnpm" | "yarn" | "bun";
  /** The program with its first parameters. */
  readonly command: readonly string[];
  /** Adds packages to the project, at the version that `latest` names. */
  readonly add: readonly string[];
  /** Brings packages of the project to their newest versions. */
  readonly upgrade: readonly string[];
  /** Runs a command that a package brings. */
  readonly execute: readonly string[];
  /** Runs a file of the project on Node. */
  readonly node: readonly string[];
}

const node = process.execPath;
const npm = [node, toolPath("npm/bin/npm-cli.js")];
const yarn = [node, toolPath("@yarnpkg/cli-dist/bin/yarn.js")];
const bun = [toolPath("bun/bin/bun.exe")];

export const MANAGERS: readonly Manager[] = [
  {
    name: "npm",
    command: npm,
    add: [...npm, "install"],
    upgrade: [...npm, "update"],
    execute: [...npm, "exec", "--no", "--"],
    node: [node],
  },
  {
    name: "pnpm",
    command: ["pnpm"],
    add: ["pnpm", "add"],
    upgrade: ["pnpm", "update"],
    execute: ["pnpm", "exec"],
    node: [node],
  },
  {
    // As it comes: without node_modules, where each package finds what it declares, and nothing else.
    name: "yarn",
    command: yarn,
    add: [...yarn, "add"],
    upgrade: [...yarn, "up"],
    execute: [...yarn, "run"],
    node: [...yarn, "node"],
  },
  {
    name: "bun",
    command: bun,
    add: [...bun, "add"],
    upgrade: [...bun, "update"],
    execute: [...bun, "x", "--no-install"],
    node: [node],
  },
];

/** What makes a manager install from this registry alone, into a home of its own, what was published just now. */
export function environmentOf(home: string, registryUrl: string): Environment {
  return {
    ...cleanEnvironment(),
    HOME: home,
    CI: "1",
    NO_COLOR: "1",
    npm_config_registry: registryUrl,
    npm_config_audit: "false",
    npm_config_fund: "false",
    npm_config_update_notifier: "false",
    PNPM_CONFIG_REGISTRY: registryUrl,
    PNPM_CONFIG_MINIMUM_RELEASE_AGE: "0",
    PNPM_CONFIG_PM_ON_FAIL: "ignore",
    BUN_CONFIG_REGISTRY: registryUrl,
    YARN_NPM_REGISTRY_SERVER: registryUrl.replace(/\/$/, ""),
    YARN_UNSAFE_HTTP_WHITELIST: "127.0.0.1",
    YARN_NPM_MINIMAL_AGE_GATE: "0",
    YARN_ENABLE_TELEMETRY: "0",
    YARN_ENABLE_IMMUTABLE_INSTALLS: "0",
  };
}

/** A clean project, outside of any workspace. */
export interface Project {
  readonly manager: Manager;
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}
