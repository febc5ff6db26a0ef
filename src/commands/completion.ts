import { commandName } from "../lib/advice/index.ts";
import { text } from "../lib/text/index.ts";
import { defineCommand } from "./kit/command.ts";
import { COMPLETION_SCRIPTS } from "./completion/scripts.ts";

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
    shell: {
      kind: "choice",
      value: "bash|zsh|powershell",
      choices: ["bash", "zsh", "powershell"],
      required: true,
      about: text("shell that will run the script", "スクリプトを実行するシェル"),
    },
  },
  options: {},
  examples: [{ line: "clomoctl completion bash" }, { line: "clomoctl completion zsh" }],
  exits: [],
  opensTenant: false,
  async run({ terminal }, { shell }) {
    await terminal.out.write(COMPLETION_SCRIPTS[shell]);
  },
});
