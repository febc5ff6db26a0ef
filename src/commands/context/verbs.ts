import { text, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { defineChoice } from "../kit/field.ts";
import { limitRecords, LIMIT_OPTION, listColumns } from "../kit/list/list.ts";
import {
  CONTEXT_COLUMNS,
  DEFAULT_CONTEXT_COLUMNS,
  CONTEXT_ARGUMENT,
  noteContextVariable,
  PROTECTED_OPTION,
} from "./columns.ts";
import { line, step } from "../../lib/advice/index.ts";
import { askContextName } from "../kit/permission.ts";
import type { Context } from "../../lib/config/index.ts";
import { createLocalTokenFailure, parseSecret, storeCredential } from "../../lib/config/credentials.ts";
import { readSecretFile } from "../kit/change/secrets.ts";
import type { Tools } from "../kit/tools.ts";

const set = defineCommand({
  summary: text("change the settings of a context", "コンテキストの設定を変更する"),
  details: text(
    "With --token-file, the access token is stored in clomoctl's folder and used for this remote tenant from then on. One daily run can then check all tenants.",
    "--token-file を指定すると、そのアクセストークンを clomoctl のフォルダーに保存し、以後このリモートのテナントに使います。毎日の自動実行 1 つで全テナントを確認できます。",
  ),
  args: { name: CONTEXT_ARGUMENT },
  options: {
    protected: PROTECTED_OPTION,
    notify: defineChoice(
      ["on", "off"],
      "whether the daily run sends reminders about this tenant",
      "毎日の自動実行でこのテナントの通知を送るか",
    ),
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

const remove = defineCommand({
  summary: text(
    "remove a context; the data of a local tenant is deleted, too",
    "コンテキストを削除する(このコンピューターのテナントはデータも削除される)",
  ),
  args: { name: CONTEXT_ARGUMENT },
  options: {},
  examples: [
    {
      line: "clomoctl context remove kanto --confirm-context kanto",
      about: text("remove the context without a confirmation prompt", "確認を求めずに削除する"),
    },
  ],
  exits: ["input-rejected", "not-found", "locked"],
  opensTenant: false,
  changes: true,
  async run({ terminal, contexts, globals, environment }, { name }) {
    const context = await contexts.find(name);
    const canDeleteTenant = contexts.hasTenant(context);
    if (canDeleteTenant || globals.confirmContext !== undefined) {
      await askContextName({ terminal, globals }, context.name, renderDeletionPrompt(context.name));
    }
    await contexts.remove(name, { canDeleteTenant });
    await terminal.note(text(`removed the context ${context.name}`, `コンテキスト ${context.name} を削除しました`));
    const inUse = await contexts.inEffect(undefined, {});
    await terminal.note(
      inUse === undefined
        ? step(
            "no context is in use; to choose a context",
            "使用中のコンテキストはありません。選ぶには",
            line("context use", ["NAME"]),
          )
        : text(`context in use: ${inUse.context.name}`, `使用中のコンテキスト: ${inUse.context.name}`),
    );
    await noteContextVariable({ terminal, environment });
  },
});

const renderDeletionPrompt = (name: string): Text =>
  text(
    `This deletes the context ${name} and all data of its tenant. To confirm, type the name of the context:`,
    `コンテキスト ${name} とそのテナントの全データを削除します。コンテキスト名を入力してください:`,
  );

const use = defineCommand({
  summary: text("choose the context that commands use", "以後のコマンドが操作するコンテキストを選ぶ"),
  args: { name: CONTEXT_ARGUMENT },
  options: {},
  examples: [{ line: "clomoctl context use local" }],
  exits: ["input-rejected", "not-found", "locked"],
  opensTenant: false,
  changes: true,
  async run({ terminal, contexts, environment }, { name }) {
    const context = await contexts.use(name);
    await terminal.note(
      text(`commands now use the context ${context.name}`, `以後のコマンドは ${context.name} を操作します`),
    );
    await noteContextVariable({ terminal, environment });
  },
});

const list = defineCommand({
  summary: text("list contexts", "コンテキストを一覧する"),
  args: {},
  options: { limit: LIMIT_OPTION },
  examples: [{ line: "clomoctl context list" }, { line: "clomoctl context list --format json --fields name,kind" }],
  exits: ["input-rejected", "not-found"],
  opensTenant: false,
  async run({ terminal, contexts, globals, environment }, { limit }) {
    const [all, chosen] = [await contexts.list(), await contexts.inEffect(globals.context, environment)];
    const shown = all.map((context) => ({ context, used: context.name === chosen?.context.name }));
    await terminal.list(listColumns(terminal, CONTEXT_COLUMNS, DEFAULT_CONTEXT_COLUMNS), limitRecords(shown, limit));
  },
});

export default { list, remove, set, use };
