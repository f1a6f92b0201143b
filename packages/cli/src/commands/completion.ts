import { Argument, type Command } from "commander";
import type { MakeAction } from "../command.ts";
import type { Context } from "../context.ts";
import type { Options } from "../options.ts";
import { reserveOutputForData, writeOutput } from "../output/streams.ts";

const HOW = `
What it writes is for the shell to read, once a session:
  bash        eval "$(polyvol completion bash)"                in ~/.bashrc
  zsh         source <(polyvol completion zsh)                 in ~/.zshrc, below compinit
  fish        polyvol completion fish | source                 in ~/.config/fish/config.fish
  powershell  polyvol completion powershell | Out-String | Invoke-Expression     in $PROFILE

Then the tab key completes commands, options, files, and the clouds and policies of the
configuration.
`;

/** The command that writes the scripts by which shells complete command lines of polyvol. */
export function addCompletion(program: Command, action: MakeAction): void {
  program
    .command("completion")
    .description("write what a shell needs to complete polyvol's commands")
    .addArgument(new Argument("<shell>", "the shell").choices(Object.keys(SCRIPTS)))
    .addHelpText("after", HOW)
    .action(action(completion));
}

async function completion(_context: Context, _options: Options, shell: keyof typeof SCRIPTS): Promise<void> {
  reserveOutputForData();
  writeOutput(SCRIPTS[shell]);
}

/**
 * The first argument of a command line that asks for candidates: `__complete SHELL =TYPED WORD…`. TYPED is what has been
 * typed of the word at the cursor (with the sign it is never empty: some shells drop empty arguments), the words are
 * those between `polyvol` and the cursor. The answer is a candidate a line, then `:words`, or `:files` where the shell
 * is to complete the name of a file.
 */
export const COMPLETE = "__complete";

const bash = `_polyvol() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    case "$line" in
      :files)
        if type compopt &>/dev/null; then
          compopt -o default
        else
          while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}")
        fi
        ;;
      :words) ;;
      *) COMPREPLY+=("$line") ;;
    esac
  done < <(polyvol ${COMPLETE} bash "=\${COMP_WORDS[COMP_CWORD]}" "\${COMP_WORDS[@]:1:COMP_CWORD-1}" 2>/dev/null)
}
complete -F _polyvol polyvol
`;

const zsh = `#compdef polyvol
_polyvol() {
  local line files=0
  local -a found
  while IFS= read -r line; do
    case "$line" in
      :files) files=1 ;;
      :words) ;;
      *) found+=("$line") ;;
    esac
  done < <(polyvol ${COMPLETE} zsh "=\${words[CURRENT]}" "\${(@)words[2,CURRENT-1]}" 2>/dev/null)
  if (( files )); then
    compset -P '--*='
    _files
  elif (( \${#found} )); then
    _describe polyvol found
  fi
}
if [[ "\${funcstack[1]}" == _polyvol ]]; then
  _polyvol "$@"
else
  compdef _polyvol polyvol
fi
`;

const fish = `function __polyvol_complete
    set -l before (commandline -opc)
    set -e before[1]
    set -l current (commandline -ct)
    for line in (polyvol ${COMPLETE} fish "=$current" $before 2>/dev/null)
        switch $line
            case :words
            case :files
                __fish_complete_path "$current"
            case '*'
                echo $line
        end
    end
end
complete -c polyvol -f -a '(__polyvol_complete)'
`;

const powershell = `Register-ArgumentCompleter -Native -CommandName polyvol -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $before = @($commandAst.CommandElements | Select-Object -Skip 1 |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.Extent.Text })
    polyvol ${COMPLETE} powershell "=$wordToComplete" @before 2>$null | ForEach-Object {
        $value, $about = $_ -split "\`t", 2
        if ($value -eq ':words' -or $value -eq ':files') { return }
        if (-not $about) { $about = $value }
        [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $about)
    }
}
`;

/** What each shell has to read, once a session. */
const SCRIPTS = { bash, zsh, fish, powershell };
