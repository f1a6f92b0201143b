import { Argument, type Command } from "commander";
import type { MakeAction } from "../action.ts";

const HOW = `
What it writes is for the shell to read, once a session:
  bash        eval "$(polyvol completion bash)"                in ~/.bashrc
  zsh         source <(polyvol completion zsh)                 in ~/.zshrc, below compinit
  fish        polyvol completion fish | source                 in ~/.config/fish/config.fish
  powershell  polyvol completion powershell | Out-String | Invoke-Expression     in $PROFILE

Then the tab key completes commands, options, files, and the clouds and policies of the
configuration.
`;

export function addCompletion(program: Command, action: MakeAction): void {
  program
    .command("completion")
    .description("write what a shell needs to complete polyvol's commands")
    .addArgument(new Argument("<shell>", "the shell").choices(["bash", "zsh", "fish", "powershell"]))
    .addHelpText("after", HOW)
    .action(action(() => import("../commands/completion.ts")));
}
