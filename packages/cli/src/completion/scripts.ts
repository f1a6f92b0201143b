import { ANSWER } from "./protocol.ts";

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
  done < <(polyvol ${ANSWER} bash "=\${COMP_WORDS[COMP_CWORD]}" "\${COMP_WORDS[@]:1:COMP_CWORD-1}" 2>/dev/null)
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
  done < <(polyvol ${ANSWER} zsh "=\${words[CURRENT]}" "\${(@)words[2,CURRENT-1]}" 2>/dev/null)
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
    for line in (polyvol ${ANSWER} fish "=$current" $before 2>/dev/null)
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
    polyvol ${ANSWER} powershell "=$wordToComplete" @before 2>$null | ForEach-Object {
        $value, $about = $_ -split "\`t", 2
        if ($value -eq ':words' -or $value -eq ':files') { return }
        if (-not $about) { $about = $value }
        [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $about)
    }
}
`;

/** What each shell has to read, once a session, to complete command lines of polyvol. */
export const SCRIPTS: Readonly<Record<"bash" | "zsh" | "fish" | "powershell", string>> = {
  bash,
  zsh,
  fish,
  powershell,
};
