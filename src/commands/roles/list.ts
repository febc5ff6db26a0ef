import { listRoleChoices } from "../../lib/model/role-policy.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { limitRecords, LIMIT_OPTION, listColumns } from "../listing/list.ts";
import { buildRoleColumns } from "./choices.ts";

export default defineCommand({
  summary: text("list the roles of administrators (管理者権限)", "管理者権限の種類を一覧する"),
  details: [
    text(
      "Lists the five choices of the console's form, which are the same in every tenant. For what each role may do, see `roles show ROLE` and `roles matrix`.",
      "管理画面の「管理者権限」の 5 つの選択肢です。それぞれの権限は `roles show ROLE` と `roles matrix` で確認できます。どのテナントでも同じです。",
    ),
  ],
  args: {},
  options: { limit: LIMIT_OPTION },
  examples: [{ line: "clomoctl roles list" }],
  exits: [],
  opensTenant: false,
  async run({ terminal }, { limit }) {
    const columns = listColumns(terminal, buildRoleColumns(terminal.language), ["role", "scope", "about"]);
    await terminal.list(columns, limitRecords(listRoleChoices(), limit));
  },
});
