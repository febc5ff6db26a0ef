import type { SchemeDetail } from "../../../lib/client/index.ts";
import { ROOT_ORG_NAME } from "../../../lib/model/organisation.ts";
import { getItemName, findMissingItemsForNewUsers } from "../../../lib/model/scheme.ts";
import type { Column } from "../../../lib/terminal/index.ts";
import { joinTexts, same, text, type Text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { SCHEME_ARGUMENT, SCHEME_COLUMNS, SCHEME_HELP, findSchemeByName } from "./columns.ts";

export default defineCommand({
  summary: text(
    "show a custom scheme and the accounts that have it",
    "カスタム管理権限スキームと、設定されたアカウントを表示する",
  ),
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
  return text(`${name} <${account ?? ""}> (manages ${over})`, `${name} <${account ?? ""}>(${over})`);
};

/** Describes whether users can be created with a scheme. @see facts 2.1 */
function describeUserCreation({ scheme: { operations }, holders }: SchemeDetail): Text {
  const [whole, limited] = [
    findMissingItemsForNewUsers(operations, true),
    findMissingItemsForNewUsers(operations, false),
  ];
  if (limited.length === 0) return text("possible", "作成できる");
  const named = (items: typeof whole): string => items.map((item) => `「${getItemName(item)}」`).join("");
  if (whole.length > 0) {
    return text(`not possible (missing: ${named(limited)})`, `作成できない(不足: ${named(limited)})`);
  }
  const concerned = holders.filter(({ orgs }) => orgs !== null).map(({ name }) => name);
  const of = concerned.length === 0 ? text("", "") : text(`: ${concerned.join(", ")}`, `: ${concerned.join("、")}`);
  return text(
    `only with 全て as managed organisations; accounts with other organisations lack ${named(limited)}${of.en}`,
    `管理対象組織が「全て」の場合だけ作成できる(それ以外では${named(limited)}が不足${of.ja})`,
  );
}

const SCHEME_DETAIL_COLUMNS: readonly Column<SchemeDetail>[] = [
  ...SCHEME_COLUMNS.map(({ value, name, ...column }): Column<SchemeDetail> => ({
    ...column,
    value: ({ scheme }) => value(scheme),
    name: name && (({ scheme }) => name(scheme)),
  })),
  {
    key: "holders",
    header: text("assigned to", "設定されたアカウント"),
    value: ({ holders }) => holders,
    name: ({ holders }) => joinTexts(holders.map(describeHolder), same(", ")),
  },
  {
    key: "lackingForUsers",
    header: text("user creation", "ユーザーの作成"),
    value: ({ scheme: { operations } }) => ({
      whole: findMissingItemsForNewUsers(operations, true),
      limited: findMissingItemsForNewUsers(operations, false),
    }),
    name: describeUserCreation,
  },
];
