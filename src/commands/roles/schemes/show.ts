import type { HeldScheme } from "../../../lib/client/index.ts";
import { ROOT_ORG_NAME } from "../../../lib/model/organisation.ts";
import { itemName, lackingForUsers } from "../../../lib/model/scheme.ts";
import type { Column } from "../../../lib/terminal/index.ts";
import { joined, same, text, type Text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { SCHEME_ARGUMENT, SCHEME_COLUMNS, SCHEME_HELP, schemeNamed } from "./columns.ts";

export default defineCommand({
  summary: text("show a custom scheme, and who has it", "カスタム管理権限スキームと、設定されたアカウントを表示する"),
  details: [
    text(
      "Its items, the accounts that have it with their managed organisations (管理対象組織), and whether users can be created with it.",
      "チェック項目、設定されたアカウントとその管理対象組織、ユーザーを作成できるかどうかを表示します。",
    ),
    ...SCHEME_HELP,
  ],
  args: { scheme: SCHEME_ARGUMENT },
  options: {},
  examples: [{ line: "clomoctl roles schemes show ユーザー登録係" }],
  exits: ["not-found"],
  async run(tools, { scheme: typed }) {
    const { client } = await tools.tenant("roles");
    const { id } = schemeNamed(typed, await client.roles.schemes());
    await tools.terminal.show(HELD_COLUMNS, await client.roles.scheme(id));
  },
});

const holderName = ({ name, account, orgs }: HeldScheme["holders"][number]): Text => {
  const over = orgs === null ? "全て" : orgs.map((path) => (path === "" ? ROOT_ORG_NAME : path)).join("・");
  return text(`${name} <${account ?? ""}> (over ${over})`, `${name} <${account ?? ""}>(${over})`);
};

/** Whether users can be created with a scheme. @see facts 2.1 */
function usersTold({ scheme: { operations }, holders }: HeldScheme): Text {
  const [whole, limited] = [lackingForUsers(operations, true), lackingForUsers(operations, false)];
  if (limited.length === 0) return text("possible", "作成できる");
  const named = (items: typeof whole): string => items.map((item) => `「${itemName(item)}」`).join("");
  if (whole.length > 0) {
    return text(`not possible: it lacks ${named(limited)}`, `作成できない(不足: ${named(limited)})`);
  }
  const concerned = holders.filter(({ orgs }) => orgs !== null).map(({ name }) => name);
  const of = concerned.length === 0 ? text("", "") : text(`: ${concerned.join(", ")}`, `: ${concerned.join("、")}`);
  return text(
    `over 全て only: it lacks ${named(limited)} for other managed organisations${of.en}`,
    `管理対象組織が「全て」の場合だけ作成できる(それ以外では不足: ${named(limited)}${of.ja})`,
  );
}

const HELD_COLUMNS: readonly Column<HeldScheme>[] = [
  ...SCHEME_COLUMNS.map(({ value, name, ...column }): Column<HeldScheme> => ({
    ...column,
    value: ({ scheme }) => value(scheme),
    name: name && (({ scheme }) => name(scheme)),
  })),
  {
    key: "holders",
    header: text("accounts with it", "設定されたアカウント"),
    value: ({ holders }) => holders,
    name: ({ holders }) => joined(holders.map(holderName), same(", ")),
  },
  {
    key: "lackingForUsers",
    header: text("creating users", "ユーザーの作成"),
    value: ({ scheme: { operations } }) => ({
      whole: lackingForUsers(operations, true),
      limited: lackingForUsers(operations, false),
    }),
    name: usersTold,
  },
];
