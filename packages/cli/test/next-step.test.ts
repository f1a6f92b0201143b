import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { configOption, installCommand, nameConfigInHints, nextStep, programName } from "../src/next-step.ts";

// As from a shell that has the command on its path.
beforeEach(() => void vi.stubEnv("npm_config_user_agent", undefined));
afterEach(() => void vi.unstubAllEnvs());

test("an answer that is not the service's own leads to the address in the configuration", () => {
  const failure = { code: "unavailable", status: 404, operation: "volumes.list" } as const;
  expect(nextStep(failure, "shop")).toBe(
    "look at options.baseUrl or authUrl of the cloud in the configuration; when it is right, the same command can be repeated",
  );
  expect(nextStep({ ...failure, status: 503 }, "shop")).toBe("the same command can be repeated");
});

test("credentials that are refused in no words of the service's own may be refused by another service", () => {
  const own = { code: "unauthenticated", status: 401, providerCode: "Unauthorized" } as const;
  const check =
    "check the variable or file that the credentials come from, then: polyvol clouds check --cloud shop";
  expect(nextStep(own, "shop")).toBe(check);
  const address = "look at options.baseUrl or authUrl of the cloud in the configuration";
  expect(nextStep({ code: "unauthenticated", status: 401 }, "shop")).toBe(`${address}, and ${check}`);
  expect(nextStep({ code: "permission_denied", status: 403 }, "shop")).toMatch(
    /^look at options\.baseUrl .*; when it is right, give the credentials the right/,
  );
});

test("what the service itself refuses may be of the configuration, such as a region", () => {
  const refused = { code: "invalid_argument", operation: "volumes.create" } as const;
  expect(nextStep({ ...refused, status: 422 }, "shop")).toBe(
    "correct what the message names; of what no option has said, such as the region, see: polyvol doctor --cloud shop",
  );
  expect(nextStep(refused, "shop")).toBeUndefined();
});

test("a host that cannot be reached leads to the option that every provider has its address in", () => {
  const failure = { code: "unavailable", outcome: "not_applied", operation: "volumes.create" } as const;
  expect(nextStep(failure, "shop")).toContain("options.baseUrl or authUrl of the cloud), then repeat");
});

test("what is wrong with a cloud as a whole is not a state that a volume could be brought into", () => {
  const code = "failed_precondition";
  expect(nextStep({ code, operation: "checkHealth" }, "shop")).toBeUndefined();
  expect(nextStep({ code, operation: "volumes.list" }, "shop")).toBeUndefined();
  const resource = { kind: "volume", id: "v-1" } as const;
  expect(nextStep({ code, operation: "volumes.delete", resource }, "shop")).toMatch(
    /^where a server has it, polyvol volumes detach takes it off; .* --delete-snapshots/,
  );
});

test.each([
  [
    "npx polyvol",
    "npm install",
    { npm_config_user_agent: "npm/11.19.1 node/v24.5.0 linux x64", npm_command: "exec" },
  ],
  [
    "pnpm polyvol",
    "pnpm add",
    { npm_config_user_agent: "pnpm/12.21.0 npm/? node/? linux x64", npm_command: "run-script" },
  ],
  [
    "pnpm dlx polyvol",
    "pnpm add",
    { npm_config_user_agent: "pnpm/12.21.0 npm/? node/? linux x64", npm_command: "dlx" },
  ],
  [
    "npx -y pnpm@12 polyvol",
    "npx -y pnpm@12 add",
    {
      npm_config_user_agent: "pnpm/12.21.0 npm/? node/? linux x64",
      npm_command: "run-script",
      npm_execpath: "/home/me/.npm/_npx/9c7067c5737e830f/node_modules/pnpm/pnpm",
    },
  ],
  ["yarn polyvol", "yarn add", { npm_config_user_agent: "yarn/4.9.1 npm/? node/v24.5.0 linux x64" }],
  ["bunx polyvol", "bun add", { npm_config_user_agent: "bun/1.4.5 npm/? node/v24.5.0 linux x64" }],
  ["polyvol", "npm install", {}],
])(
  "where it is started as %s, hints say so",
  (typed, adding, variables: Readonly<Record<string, string>>) => {
    for (const name of ["npm_config_user_agent", "npm_command", "npm_execpath"])
      vi.stubEnv(name, variables[name]);
    expect(programName()).toBe(typed);
    expect(installCommand("@polyvol/fleet")).toBe(`${adding} @polyvol/fleet`);
    expect(nextStep({ code: "unauthenticated" }, "shop")).toBe(
      `check the variable or file that the credentials come from, then: ${typed} clouds check --cloud shop`,
    );
  },
);

test("the file of --config is named as a shell takes it", () => {
  expect(configOption("clouds/other.yaml")).toBe(" -c clouds/other.yaml");
  expect(configOption("my $HOME's.yaml")).toBe(" -c 'my $HOME'\\''s.yaml'");
});

test("every command that a hint names reads the file of --config", () => {
  nameConfigInHints("other.yaml");
  const hints = (["not_found", "unauthenticated", "failed_precondition"] as const).map((code) =>
    nextStep({ code, operation: "volumes.delete", resource: { kind: "volume", id: "v-1" } }, "shop"),
  );
  const commands = hints.join("\n").match(/polyvol .*?(?= and | show| takes|$)/gm);
  expect(commands).toEqual([
    "polyvol volumes list -c other.yaml",
    "polyvol snapshots list -c other.yaml",
    "polyvol clouds check --cloud shop -c other.yaml",
    "polyvol volumes detach -c other.yaml",
  ]);
});
