import type { Org, User } from "../../lib/client/index.ts";
import { ROOT_ORG_NAME } from "../../lib/nouns/organisation.ts";
import { USER } from "../../lib/nouns/user.ts";
import { formatCount, text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { findOrg } from "../kit/change/find-org.ts";
import { DRY_RUN_OPTION } from "../kit/columns/field-options.ts";
import { showWrittenRecords } from "../kit/columns/change-result.ts";
import { listColumns } from "../kit/list/list.ts";
import { USER_ARGUMENT, USER_COLUMNS, USER_RESULT_LAYOUT, findUser } from "../kit/columns/users.ts";
import type { Tools } from "../kit/tools.ts";

export default defineCommand({
  summary: text("move users into another organisation", "ユーザーを別の組織に移動する"),
  args: { user: { ...USER_ARGUMENT, required: undefined, repeatable: true } },
  options: {
    from: {
      kind: "string",
      value: "ORG",
      about: text("all users directly in this organisation (code or path)", "この組織(コードかパス)に直接属する全員"),
    },
    to: {
      kind: "string",
      value: "ORG",
      required: true,
      about: text("code or path of the target organisation (or 全社)", "移動先の組織コードかパス(所属なしは 全社)"),
    },
    dryRun: DRY_RUN_OPTION,
  },
  anyOf: [["user", "from"]],
  excludes: [["user", "from"]],
  examples: [{ line: "clomoctl users move --from 本社/第一営業課 --to 本社/営業部 --dry-run" }],
  exits: ["input-rejected", "not-permitted", "not-found", "conflict", "locked"],
  shows: USER_COLUMNS,
  async run(tools, { user, from, to: target, dryRun }) {
    const { client } = await tools.tenant("users");
    const to = await findOrg(tools, target);
    const all = from === undefined ? undefined : ({ org: (await findOrg(tools, from)).id, direct: true } as const);
    const users: User[] = all === undefined ? [] : await Array.fromAsync(client.users.list(all));
    if (all !== undefined && users.length === 0) return tools.terminal.note(NO_USERS_NOTE);
    for (const name of user) users.push(await findUser(client, name));
    const ids = [...new Set(users.map(({ id }) => id))];
    const moved = await client.users.move({ ids, org: to.id, dryRun });
    await noteOperatorScopes(tools, users, to);
    await showWrittenRecords(tools, moved, {
      ...USER_RESULT_LAYOUT,
      along: ({ devices }) =>
        devices === 0
          ? undefined
          : text(`moving with the user: ${formatCount(devices, "device")}`, `一緒に移るデバイス: ${devices} 台`),
      listed: listColumns(tools.terminal, USER_COLUMNS, USER.usual),
    });
  },
});

const NO_USERS_NOTE = text("no users are directly in this organisation", "この組織に直接属するユーザーはいません");

async function noteOperatorScopes(tools: Tools, users: readonly User[], to: Pick<Org, "id" | "path">): Promise<void> {
  const marked = users.filter(({ administrator, org }) => administrator && org.id !== to.id);
  if (marked.length === 0) return;
  const { client } = await tools.tenant("accounts");
  const found = await Promise.all(marked.map(({ id }) => client.accounts.find({ name: id })));
  for (const { name, user, org } of found.flat().filter(({ role }) => role === "operator")) {
    const [from, into] = [org.path || ROOT_ORG_NAME, to.path || ROOT_ORG_NAME];
    await tools.terminal.note(
      text(
        `${name} (${user}) is an operator, whose scope changes from ${from} to ${into} (each with the organisations below it)`,
        `${name}(${user})はオペレーターです。操作できる範囲が「${from}」以下から「${into}」以下に変わります`,
      ),
    );
  }
}
