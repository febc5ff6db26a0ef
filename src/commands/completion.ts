import { line } from "../lib/advice/index.ts";
import { text } from "../lib/text/index.ts";
import { defineCommand } from "./command.ts";
import { SCRIPTS } from "./completion/scripts.ts";

export default defineCommand({
  summary: text("print a script that completes commands in a shell", "シェルでコマンドを補完するスクリプトを出力する"),
  details: [
    text(
      "Tab then completes commands, options, their values, file names, and names of the tenant in effect: users, organisations, devices, imports, renewal items, contexts. The script asks clomoctl at each Tab, so it need not be renewed; that changes nothing and asks nobody but the context's own tenant.",
      "Tab キーで、コマンド、オプション、その値、ファイル名のほか、操作対象のテナントにある名前(ユーザー、組織、デバイス、インポート、更新項目、コンテキスト)を補完します。スクリプトは Tab のたびに clomoctl に問い合わせるため、更新は不要です。問い合わせでは何も変更せず、コンテキストのテナント以外とは通信しません。",
    ),
    text(
      `bash: put into ~/.bashrc: source <(${line("completion", ["bash"])})`,
      `bash: ~/.bashrc に書く: source <(${line("completion", ["bash"])})`,
    ),
    text(
      `macOS's own bash 3.2: eval "$(${line("completion", ["bash"])})"`,
      `macOS 付属の bash 3.2: eval "$(${line("completion", ["bash"])})"`,
    ),
    text(
      `zsh: put into ~/.zshrc, behind compinit: source <(${line("completion", ["zsh"])})`,
      `zsh: ~/.zshrc の compinit より後に書く: source <(${line("completion", ["zsh"])})`,
    ),
    text(
      `fish: ${line("completion", ["fish"])} > ~/.config/fish/completions/clomoctl.fish`,
      `fish: ${line("completion", ["fish"])} > ~/.config/fish/completions/clomoctl.fish`,
    ),
    text(
      `PowerShell: put into $PROFILE: ${line("completion", ["powershell"])} | Out-String | Invoke-Expression`,
      `PowerShell: $PROFILE に書く: ${line("completion", ["powershell"])} | Out-String | Invoke-Expression`,
    ),
  ],
  args: {
    shell: {
      kind: "choice",
      value: "bash|zsh|fish|powershell",
      choices: ["bash", "zsh", "fish", "powershell"],
      required: true,
      about: text("the shell that is to read it", "スクリプトを読み込むシェル"),
    },
  },
  options: {},
  examples: [{ line: "clomoctl completion bash" }, { line: "clomoctl completion zsh" }],
  exits: [],
  opensTenant: false,
  async run({ terminal }, { shell }) {
    await terminal.out.write(SCRIPTS[shell]);
  },
});
