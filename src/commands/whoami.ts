import { OPERATIONS } from "../lib/derived/role-policy.ts";
import type { Whoami } from "../lib/client/index.ts";
import { ROLES } from "../lib/nouns/account.ts";
import { formatActor } from "../lib/model/actor.ts";
import { ROOT_ORG_NAME } from "../lib/nouns/organisation.ts";
import { createColumn, type Column } from "../lib/terminal/output-choice.ts";
import { joinTexts, same, text, type Text } from "../lib/text/index.ts";
import { defineCommand } from "./kit/command.ts";

const formatOrgPath = ({ path }: { readonly path: string }): string => (path === "" ? ROOT_ORG_NAME : path);

const WHOAMI_COLUMNS: readonly Column<Whoami>[] = [
  createColumn("account", "account", "アカウント", {
    name: ({ account }) =>
      account === null ? text("none (user of this computer)", "なし(このコンピューターのユーザー)") : same(account),
  }),
  createColumn("role", "role", "管理者権限", { name: ({ role }) => ROLES[role] }),
  createColumn("scheme", "permission scheme", "カスタム管理権限スキーム"),
  {
    key: "orgs",
    header: text("organisations", "対象の組織"),
    value: ({ orgs }) => orgs?.map(formatOrgPath) ?? null,
    name: ({ orgs }) => (orgs === null ? text("all", "全て") : formatOrgNames(orgs.map(formatOrgPath))),
  },
  {
    key: "user",
    header: text("own user", "本人のユーザー"),
    value: ({ user }) => user && `${user.name} <${user.email}>`,
  },
  { key: "org", header: text("own organisation", "本人の組織"), value: ({ user }) => user && formatOrgPath(user.org) },
  createColumn("owner", "run by", "操作した人", { name: ({ owner }) => formatActor(owner) }),
  {
    key: "operations",
    header: text("allowed operations", "できること"),
    value: ({ operations }) => operations.map(({ operation }) => operation),
    name: ({ operations }) =>
      operations.length === Object.keys(OPERATIONS).length
        ? text("everything", "すべて")
        : joinTexts(
            operations.map(({ operation }) => OPERATIONS[operation].about),
            text("; ", "、"),
          ),
  },
  { key: "token", header: text("access token", "アクセストークン"), value: ({ token }) => token?.name ?? null },
  {
    key: "tokenExpiresAt",
    header: text("token expires", "トークンの有効期限"),
    instant: true,
    value: ({ token }) => token?.expiresAt ?? null,
  },
];

const formatOrgNames = (names: readonly string[]): Text =>
  names.length === 0 ? text("none", "なし") : joinTexts(names.map(same), text(", ", "、"));

export default defineCommand({
  summary: text(
    "show the acting account, its role and its organisations",
    "実行者のアカウント、管理者権限、対象の組織を表示する",
  ),
  args: {},
  options: {},
  examples: [{ line: "clomoctl whoami" }, { line: "clomoctl whoami --as hanako --format json" }],
  exits: ["not-found", "not-permitted", "unavailable"],
  async run(tools) {
    const { client } = await tools.tenant("whoami");
    const me = await client.whoami.show();
    await tools.terminal.show(WHOAMI_COLUMNS, me);
    if (me.user?.listed !== false) return;
    await tools.terminal.note(
      text(
        "your own user is outside the organisations that you manage, so lists do not include it",
        "本人のユーザーは対象の組織の外にあるため、一覧には表示されません",
      ),
    );
  },
});
