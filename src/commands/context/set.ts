import type { Context } from "../../lib/config/index.ts";
import { createLocalTokenFailure, parseSecret, storeCredential } from "../../lib/config/credentials.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { readSecretFile } from "../kit/change/secrets.ts";
import type { Tools } from "../kit/tools.ts";
import { CONTEXT_ARGUMENT, CONTEXT_COLUMNS, PROTECTED_OPTION } from "./columns.ts";

export default defineCommand({
  summary: text("change the settings of a context", "コンテキストの設定を変更する"),
  details: [
    text(
      "With --token-file, the access token is stored in clomoctl's folder and used for this remote tenant from then on. One daily run can then check all tenants.",
      "--token-file を指定すると、そのアクセストークンを clomoctl のフォルダーに保存し、以後このリモートのテナントに使います。毎日の自動実行 1 つで全テナントを確認できます。",
    ),
  ],
  args: { name: CONTEXT_ARGUMENT },
  options: {
    protected: PROTECTED_OPTION,
    notify: {
      kind: "choice",
      choices: ["on", "off"],
      about: text(
        "whether the daily run sends reminders about this tenant",
        "毎日の自動実行でこのテナントの通知を送るか",
      ),
    },
    unprotected: { kind: "boolean", about: text("turn off --protected", "--protected を解除する") },
  },
  excludes: [["protected", "unprotected"]],
  examples: [
    { line: "clomoctl context set local --protected" },
    { line: "clomoctl context set local --notify off" },
    { line: "clomoctl context set office --token-file token" },
  ],
  exits: ["input-rejected", "not-found", "locked"],
  opensTenant: false,
  shows: CONTEXT_COLUMNS,
  async run(tools, { name, protected: on, unprotected: off, notify }) {
    const { terminal, contexts, globals } = tools;
    const { timezone, tokenFile } = globals;
    if (tokenFile !== undefined) await storeToken(tools, (await contexts.choose(name, {})).context, tokenFile);
    const context = await contexts.set(name, {
      timezone,
      protected: on || (off ? false : undefined),
      notify: notify && notify === "on",
    });
    const used = (await contexts.inEffect(undefined, {}))?.context.name === context.name;
    await terminal.show(CONTEXT_COLUMNS, { context, used });
  },
});

async function storeToken(tools: Tools, context: Context, file: string): Promise<void> {
  const { home, temporary } = tools;
  if (context.kind === "embedded") throw createLocalTokenFailure(context.name);
  const content = await readSecretFile(tools, file);
  await storeCredential({ home, processes: temporary.processes }, context, parseSecret(content, file));
}
