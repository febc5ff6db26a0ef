import { commandName } from "../lib/advice/index.ts";
import { text } from "../lib/text/index.ts";
import { defineCommand } from "./kit/command.ts";
import { defineChoice } from "./kit/field.ts";

/** At each Tab, a script calls the program with `__complete`. It does not evaluate the program's output as code. */

/** Must work with bash 3.2, which is part of macOS. */
const BASH_SCRIPT = `# bash completion for clomoctl
_clomoctl() {
  local answer line current kept= kind= typed=\${COMP_LINE:0:COMP_POINT}
  local -a words
  COMPREPLY=()
  read -r -a words <<<"$typed"
  [[ $typed == *[[:blank:]] ]] && words+=("")
  current=\${words[\${#words[@]}-1]}
  [[ $current == *[=:]* ]] && kept=\${current%"\${current##*[=:]}"}
  answer=$(command clomoctl __complete $((\${#words[@]} - 2)) "\${words[@]:1}" 2>/dev/null </dev/null)
  while IFS= read -r line; do
    if [[ -n $kind ]]; then
      line=\${line%%$'\\t'*}
      COMPREPLY[\${#COMPREPLY[@]}]=\${line#"$kept"}
    else
      kind=$line
    fi
  done <<<"$answer"
  [[ $kind == files ]] || return 0
  compopt -o bashdefault -o default 2>/dev/null && return 0
  while IFS= read -r line; do
    COMPREPLY[\${#COMPREPLY[@]}]=$(printf %q "$line")
  done < <(compgen -f -- "$2")
}
complete -F _clomoctl clomoctl
`;

const ZSH_SCRIPT = `#compdef clomoctl
# zsh completion for clomoctl
_clomoctl() {
  local line value
  local -a answer described
  answer=("\${(@f)$(command clomoctl __complete $((CURRENT - 2)) "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null </dev/null)}")
  case $answer[1] in
    files)
      [[ $PREFIX == --*=* ]] && compset -P '*='
      _files
      return
      ;;
    words) ;;
    *) return 1 ;;
  esac
  for line in "\${(@)answer[2,-1]}"; do
    # _describe takes a backslash for an escape, and a colon for the end
    value=\${line%%$'\\t'*}
    value=\${value//\\\\/\\\\\\\\}
    value=\${value//:/\\\\:}
    if [[ $line == *$'\\t'* ]]; then
      described+=("$value:\${line#*$'\\t'}")
    else
      described+=("$value")
    fi
  done
  (( $#described )) || return 1
  _describe -t clomoctl clomoctl described
}
if [[ $funcstack[1] == _clomoctl ]]; then
  _clomoctl "$@"
else
  compdef _clomoctl clomoctl
fi
`;

/** PowerShell completes file names if the script returns no words. */
const POWERSHELL_SCRIPT = `# PowerShell completion for clomoctl
Register-ArgumentCompleter -Native -CommandName clomoctl -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $before = @()
    $current = ''
    foreach ($element in ($commandAst.CommandElements | Select-Object -Skip 1)) {
        if ($element.Extent.StartOffset -ge $cursorPosition) { break }
        $isText = $element -is [System.Management.Automation.Language.StringConstantExpressionAst]
        $word = if ($isText) { $element.Value } else { $element.Extent.Text }
        if ($element.Extent.EndOffset -ge $cursorPosition) { $current = $word } else { $before += $word }
    }
    $encoding = [Console]::OutputEncoding
    try {
        [Console]::OutputEncoding = [System.Text.Encoding]::UTF8
        $answer = @(clomoctl __complete $before.Count @before $current 2>$null)
    } finally {
        [Console]::OutputEncoding = $encoding
    }
    if ($answer.Count -eq 0 -or $answer[0] -ne 'words') { return }
    foreach ($line in ($answer | Select-Object -Skip 1)) {
        $value, $about = $line -split "\`t", 2
        $text = $value
        if ($value -notmatch '^[-\\p{L}\\p{N}_./][-\\p{L}\\p{N}_./:=@+]*$') {
            $text = "'" + [System.Management.Automation.Language.CodeGeneration]::EscapeSingleQuotedStringContent($value) + "'"
        }
        $tip = if ($about) { $about } else { $value }
        [System.Management.Automation.CompletionResult]::new($text, $value, 'ParameterValue', $tip)
    }
}
`;

export const COMPLETION_SCRIPTS = {
  bash: BASH_SCRIPT,
  zsh: ZSH_SCRIPT,
  powershell: POWERSHELL_SCRIPT,
} as const;

export default defineCommand({
  summary: text("print the completion script of a shell", "シェルの補完スクリプトを出力する"),
  details: [
    text(
      "With the script, the Tab key completes commands, options, option values, file names and contexts. The script calls clomoctl at each Tab, so you never need to update it.",
      "Tab キーで、コマンド、オプション、その値、ファイル名、コンテキストを補完します。スクリプトは Tab のたびに clomoctl に問い合わせるため、更新は不要です。",
    ),
    text(
      `bash: add to ~/.bashrc: source <(${commandName("completion")} bash)`,
      `bash: ~/.bashrc に追加: source <(${commandName("completion")} bash)`,
    ),
    text(
      `bash 3.2 included in macOS: eval "$(${commandName("completion")} bash)"`,
      `macOS 付属の bash 3.2: eval "$(${commandName("completion")} bash)"`,
    ),
    text(
      `zsh: add to ~/.zshrc, after compinit: source <(${commandName("completion")} zsh)`,
      `zsh: ~/.zshrc の compinit より後に追加: source <(${commandName("completion")} zsh)`,
    ),
    text(
      `PowerShell: add to $PROFILE: ${commandName("completion")} powershell | Out-String | Invoke-Expression`,
      `PowerShell: $PROFILE に追加: ${commandName("completion")} powershell | Out-String | Invoke-Expression`,
    ),
  ],
  args: {
    shell: defineChoice(["bash", "zsh", "powershell"], "shell that will run the script", "スクリプトを実行するシェル", {
      value: "bash|zsh|powershell",
      required: true,
    }),
  },
  options: {},
  examples: [{ line: "clomoctl completion bash" }, { line: "clomoctl completion zsh" }],
  exits: [],
  opensTenant: false,
  async run({ terminal }, { shell }) {
    await terminal.out.write(COMPLETION_SCRIPTS[shell]);
  },
});
