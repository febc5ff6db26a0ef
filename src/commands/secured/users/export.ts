import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { EXPORT_OPTIONS, runExport } from "../../csv/file/export.ts";
import { APP_OPTION } from "../app.ts";

export default defineCommand({
  summary: text("export SECURED APPs users as a CSV file", "SECURED APPs のユーザーを CSV ファイルにエクスポートする"),
  args: {},
  options: {
    app: APP_OPTION,
    layout: {
      kind: "choice",
      choices: ["console", "full"],
      default: "console",
      about: text(
        "console: the three columns of the console's own export; full: all columns except secrets",
        "console は管理画面と同じ 3 列、full はパスワードなどを除くすべての列",
      ),
    },
    ...EXPORT_OPTIONS,
  },
  examples: [
    { line: "clomoctl secured users export --app docs -o docs-now.csv" },
    { line: "clomoctl secured users export --app calendar --layout full --encoding utf-8" },
  ],
  exits: ["input-rejected", "not-found"],
  async run(tools, { app, layout, ...options }) {
    const { client } = await tools.tenant("secured");
    await runExport(tools, options, (query) => client.secured.export(app, { ...query, layout }));
  },
});
