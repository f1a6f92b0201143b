import { expect, test } from "vitest";
import { configOption, nameConfigInHints, nextStep } from "../src/next-step.ts";

test("an answer that is not the service's own leads to the address in the configuration", () => {
  const failure = { code: "unavailable", status: 404, operation: "volumes.list" } as const;
  expect(nextStep(failure, "shop")).toBe(
    "look at options.baseUrl or authUrl of the cloud in the configuration; when it is right, the same command can be repeated",
  );
  expect(nextStep({ ...failure, status: 503 }, "shop")).toBe("the same command can be repeated");
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
