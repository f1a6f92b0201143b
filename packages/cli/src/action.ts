import type { Command } from "commander";
import type { Context } from "./context.ts";

/** Options of a command line, the global ones among them, as commander reads them. */
export type Options = Readonly<Record<string, unknown>>;

/** What a file in `commands/` exports. No code, or 0, is success. */
export interface CommandModule<Given extends Options, Args extends readonly unknown[]> {
  // biome-ignore lint/suspicious/noConfusingVoidType: a command that returns nothing has succeeded
  run(context: Context, options: Given, ...args: Args): Promise<number | void>;
}

/** Makes a commander action that loads its command only when it is run. */
export type MakeAction = <Given extends Options, Args extends readonly unknown[]>(
  load: () => Promise<CommandModule<Given, Args>>,
) => (this: Command) => Promise<void>;

export function createAction(finish: (code: number) => void): MakeAction {
  return <Given extends Options, Args extends readonly unknown[]>(
    load: () => Promise<CommandModule<Given, Args>>,
  ) =>
    async function (this: Command): Promise<void> {
      const options = this.optsWithGlobals();
      const { runInContext } = await import("./run-in-context.ts");
      finish(
        await runInContext(options, async (context) => {
          const command = await load();
          return await command.run(context, options as Given, ...(this.processedArgs as unknown as Args));
        }),
      );
    };
}
