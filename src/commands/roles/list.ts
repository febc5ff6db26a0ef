import { listRoleChoices, type RoleChoice } from "../../lib/model/role-policy.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { text, type Language } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { limitRecords, LIMIT_OPTION, listColumns } from "../listing/list.ts";

const buildRoleColumns = (language: Language): readonly Column<RoleChoice>[] => [
  { key: "role", header: text("role", "管理者権限"), value: ({ role }) => role },
  { key: "name", header: text("name", "名前"), value: ({ name }) => name[language] },
  { key: "scope", header: text("scope", "操作できる範囲"), value: ({ scope }) => scope[language] },
  { key: "about", header: text("description", "説明"), value: ({ about }) => about[language], wraps: true },
];

export default defineCommand({
  summary: text("list the roles of administrators (管理者権限)", "管理者権限の種類を一覧する"),
  args: {},
  options: { limit: LIMIT_OPTION },
  examples: [{ line: "clomoctl roles list" }],
  exits: [],
  opensTenant: false,
  async run({ terminal }, { limit }) {
    const columns = listColumns(terminal, buildRoleColumns(terminal.language), ["role", "name", "scope", "about"]);
    await terminal.list(columns, limitRecords(listRoleChoices(), limit));
  },
});
