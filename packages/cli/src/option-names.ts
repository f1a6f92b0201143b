import type { Command, Option } from "commander";
import { programName } from "./next-step.ts";

/** What the libraries call an option of ours, by its own name; of those that are not here, the name is the same. */
const MEMBERS: Readonly<Record<string, string>> = {
  as: "name",
  grace: "graceMs",
  lock: "lockMs",
  redis: "redisUrl",
  size: "sizeGiB",
  tag: "tags",
  type: "volumeType",
};

/** By where a command writes: what it was given, by what the libraries call it. */
const given = new WeakMap<object, ReadonlyMap<string, string>>();

/** Has errors name the options that this command was given, and not what the libraries call them. */
export function nameOptionsInErrors(command: Command): void {
  const names = lineage(command).flatMap((each) =>
    each.options.flatMap((option) => {
      const own = option.attributeName();
      const name = typedName(option, each.getOptionValueSource(own));
      return name === undefined ? [] : [[MEMBERS[own] ?? own, name] as const];
    }),
  );
  given.set(process.stderr, new Map(names));
}

/** What a library says of a member or of this command, as what was typed. */
export function asTyped(message: string): string {
  const names = given.get(process.stderr);
  return message
    .replaceAll(/(?<=: )polyvol(?= \w)/g, programName())
    .replaceAll(/(?<=^|\n|: )(\w+)(?=[\w.[\]]*: found )/g, (member) => names?.get(member) ?? member);
}

function lineage(command: Command): readonly Command[] {
  return command.parent === null ? [command] : [command, ...lineage(command.parent)];
}

/** Where the value of an option is from: the option, or a variable. None where it was left out. */
function typedName({ long, envVar }: Option, source: string | undefined): string | undefined {
  if (source === "cli") return long;
  return source === "env" ? envVar : undefined;
}
