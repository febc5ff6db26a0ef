import type { SchemeDetail } from "../../../lib/client/index.ts";
import { ROOT_ORG_NAME } from "../../../lib/nouns/organisation.ts";
import type { Column } from "../../../lib/terminal/index.ts";
import { joinTexts, same, text, type Text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../kit/command.ts";
import { SCHEME_ARGUMENT, SCHEME_COLUMNS, SCHEME_HELP, findSchemeByName } from "../../kit/columns/schemes.ts";

export default defineCommand({
  summary: text("show a permission scheme and its accounts", "カスタム管理権限スキームと使うアカウントを表示する"),
  details: [...SCHEME_HELP],
  args: { scheme: SCHEME_ARGUMENT },
  options: {},
  examples: [{ line: "clomoctl roles schemes show ユーザー登録係" }],
  exits: ["not-found"],
  async run(tools, { scheme: typed }) {
    const { client } = await tools.tenant("roles");
    const { id } = findSchemeByName(typed, await client.roles.schemes());
    await tools.terminal.show(SCHEME_DETAIL_COLUMNS, await client.roles.scheme(id));
  },
});

const describeHolder = ({ name, account, orgs }: SchemeDetail["holders"][number]): Text => {
  const over = orgs === null ? "全て" : orgs.map((path) => (path === "" ? ROOT_ORG_NAME : path)).join("・");
  return text(`${name} <${account ?? ""}> (manages ${over})`, `${name} <${account ?? ""}>(管理対象: ${over})`);
};

const SCHEME_DETAIL_COLUMNS: readonly Column<SchemeDetail>[] = [
  ...SCHEME_COLUMNS.map(({ value, name, ...column }): Column<SchemeDetail> => ({
    ...column,
    value: ({ scheme }) => value(scheme),
    name: name && (({ scheme }) => name(scheme)),
  })),
  {
    key: "holders",
    header: text("assigned to", "使うアカウント"),
    value: ({ holders }) => holders,
    name: ({ holders }) => joinTexts(holders.map(describeHolder), same(", ")),
  },
];
