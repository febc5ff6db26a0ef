import { roleChoices } from "../../lib/model/role-facts.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { firstOf, LIMIT, listColumns } from "../listing/list.ts";
import { choiceColumns } from "./choices.ts";

export default defineCommand({
  summary: text("list the roles of administrators (管理者権限)", "管理者権限の種類を一覧する"),
  details: [
    text(
      "The five choices of the console's form. What each may: `roles show ROLE`, `roles matrix`. They are the same in every tenant.",
      "管理画面の「管理者権限」の 5 つの選択肢です。それぞれの権限は `roles show ROLE` と `roles matrix` で確認できます。どのテナントでも同じです。",
    ),
  ],
  args: {},
  options: { limit: LIMIT },
  examples: [{ line: "clomoctl roles list" }],
  exits: [],
  opensTenant: false,
  async run({ terminal }, { limit }) {
    const columns = listColumns(terminal, choiceColumns(terminal.language), ["role", "scope", "about"]);
    await terminal.list(columns, firstOf(roleChoices(), limit));
  },
});
