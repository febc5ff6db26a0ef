import { text, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { typeName } from "../permission.ts";
import { tellInUse } from "./columns.ts";

export default defineCommand({
  summary: text(
    "remove a context, and the data of an embedded tenant with it",
    "コンテキストを削除する(embedded テナントはデータも削除される)",
  ),
  args: {
    name: { kind: "string", required: true, names: "contexts", about: text("the context's name", "コンテキスト名") },
  },
  options: {},
  examples: [
    {
      line: "clomoctl context remove kanto --confirm-context kanto",
      about: text("without a question", "質問なし"),
    },
  ],
  exits: ["input-rejected", "not-found", "locked"],
  opensTenant: false,
  changes: true,
  async run({ terminal, contexts, globals, environment }, { name }) {
    const context = await contexts.find(name);
    const tenantMayGo = contexts.holdsTenant(context);
    if (tenantMayGo || globals.confirmContext !== undefined) {
      await typeName({ terminal, globals }, context.name, deletion(context.name));
    }
    await contexts.remove(name, { tenantMayGo });
    await terminal.note(text(`${context.name} was removed`, `${context.name} を削除しました`));
    await tellInUse({ terminal, contexts, environment });
  },
});

const deletion = (name: string): Text =>
  text(
    `This deletes the context ${name} and all data of its tenant. Type its name:`,
    `コンテキスト ${name} とそのテナントの全データを削除します。コンテキスト名を入力してください:`,
  );
