import type { Whoami } from "../lib/client/index.ts";
import { OPERATIONS, ROLES } from "../lib/model/role.ts";
import { ROOT_ORG_NAME } from "../lib/model/organisation.ts";
import type { Column } from "../lib/terminal/index.ts";
import { same, text, type Text } from "../lib/text/index.ts";
import { defineCommand } from "./command.ts";
import type { Tools } from "./tools.ts";

const pathOf = ({ path }: { readonly path: string }): string => (path === "" ? ROOT_ORG_NAME : path);

const ALL = text("all", "全て");

const COLUMNS: readonly Column<Whoami>[] = [
  {
    key: "account",
    header: text("account", "アカウント"),
    value: ({ account }) => account,
    name: ({ account }) =>
      account === null ? text("none: this machine's owner", "なし(この PC の所有者)") : same(account),
  },
  { key: "role", header: text("role", "管理者権限"), value: ({ role }) => role, name: ({ role }) => ROLES[role] },
  { key: "scheme", header: text("scheme", "カスタム管理権限スキーム"), value: ({ scheme }) => scheme },
  {
    key: "orgs",
    header: text("organisations", "対象の組織"),
    value: ({ orgs }) => orgs?.map(pathOf) ?? null,
    name: ({ orgs }) => (orgs === null ? ALL : listed(orgs.map(pathOf))),
  },
  {
    key: "user",
    header: text("own user", "本人のユーザー"),
    value: ({ user }) => user && `${user.name} <${user.email}>`,
  },
  { key: "org", header: text("own organisation", "本人の組織"), value: ({ user }) => user && pathOf(user.org) },
  { key: "owner", header: text("run by", "実行者"), value: ({ owner }) => owner },
  {
    key: "operations",
    header: text("may", "できること"),
    value: ({ operations }) => operations.map(({ operation }) => operation),
    name: ({ operations }) =>
      operations.length === Object.keys(OPERATIONS).length ? text("everything", "すべて") : aboutAll(operations),
  },
];

/** Text has a word for all organisations: an empty cell would be none. JSON has null. */
const columnsOf = ({ output: { format } }: Tools["terminal"]): readonly Column<Whoami>[] =>
  format === "json" || format === "ndjson"
    ? COLUMNS
    : COLUMNS.map((column) =>
        column.key === "orgs" ? { ...column, value: (me) => (me.orgs === null ? ALL.en : column.value(me)) } : column,
      );

const listed = (names: readonly string[]): Text =>
  names.length === 0 ? text("none", "なし") : text(names.join(", "), names.join("、"));

const aboutAll = (operations: Whoami["operations"]): Text => {
  const abouts = operations.map(({ operation }) => OPERATIONS[operation].about);
  return text(abouts.map(({ en }) => en).join("; "), abouts.map(({ ja }) => ja).join("、"));
};

export default defineCommand({
  summary: text("show who acts, with which role and organisations", "操作者と権限、対象の組織を表示する"),
  details: [
    text(
      "An embedded tenant has one user, the owner of this machine, who may do everything. With --as ACCOUNT every command answers as it would to that CLOMO account, and the audit has both. Which role may do what is ours where the manual is silent: `roles matrix`.",
      "embedded テナントはこの PC の所有者が使い、すべての操作ができます。--as ACCOUNT を付けると、どのコマンドもその CLOMO アカウントの権限で動作し、監査ログには両方が残ります。マニュアルにない権限は clomoctl が定めたものです(`roles matrix`)。",
    ),
  ],
  args: {},
  options: {},
  examples: [{ line: "clomoctl whoami" }, { line: "clomoctl whoami --as hanako --format json" }],
  exits: ["not-found", "not-permitted", "unavailable"],
  async run(tools) {
    const { client } = await tools.tenant("whoami");
    const me = await client.whoami.show();
    await tools.terminal.show(columnsOf(tools.terminal), me);
    if (me.user?.listed !== false) return;
    await tools.terminal.note(
      text(
        "your own user lies outside your organisations: no list shows it",
        "本人のユーザーは対象の組織の外にあるため、一覧には表示されません",
      ),
    );
  },
});
