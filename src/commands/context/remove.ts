import { line, step } from "../../lib/advice/index.ts";
import { text, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { askContextName } from "../kit/permission.ts";
import { CONTEXT_ARGUMENT, noteContextVariable } from "./columns.ts";

export default defineCommand({
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
