import type { Org, User } from "../../lib/client/index.ts";
import { ROOT_ORG_NAME } from "../../lib/model/organisation.ts";
import { USER } from "../../lib/model/user.ts";
import { counted, text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { orgNamed } from "../orgs/named.ts";
import { DRY_RUN } from "../records/options.ts";
import { revisionSeen } from "../records/seen.ts";
import { BEFORE_WRITING, showAllWritten, WHILE_WRITING } from "../records/written.ts";
import { listColumns } from "../listing/list.ts";
import { USER_ARGUMENT, USER_COLUMNS, userNamed } from "./columns.ts";
import type { Tools } from "../tools.ts";
import { USER_WRITTEN } from "./written.ts";

export default defineCommand({
  summary: text("move users into another organisation", "ユーザーを別の組織に移動する"),
  details: [
    text(
      "All of them or none. A device counts in the organisation of the user who owns it, so their devices go with them.",
      "全員を移動するか、1 人も移動しないかのどちらかです。デバイスは所有者であるユーザーの組織に属するため、一緒に移ります。",
    ),
    text(
      "An operator (オペレーター) acts in the organisation of the user: what that will be is told and asked first, and 全社 is refused.",
      "オペレーターの操作できる範囲は所属する組織です。変更後の範囲を先に示して確認します。全社には移動できません。",
    ),
  ],
  args: { user: { ...USER_ARGUMENT, repeatable: true } },
  options: {
    org: {
      kind: "string",
      value: "ORG",
      required: true,
      names: "orgs",
      about: text("the organisation (全社 for none in particular)", "移動先の組織(特定の組織に属さないときは 全社)"),
    },
    dryRun: DRY_RUN,
  },
  examples: [{ line: "clomoctl users move hanako.yamazaki@example.jp A0003 --org 本社/営業部 --dry-run" }],
  exits: ["input-rejected", "not-permitted", "not-found", "conflict", "locked"],
  shows: USER_COLUMNS,
  async run(tools, { user, org, dryRun }) {
    tools.describeState(() => BEFORE_WRITING);
    const { client } = await tools.tenant("users");
    const seen = dryRun || tools.globals.yes ? undefined : await revisionSeen(tools);
    const to = await orgNamed(tools, org);
    const users: User[] = [];
    for (const name of user) users.push(await userNamed(client, name));
    const ids = [...new Set(users.map(({ id }) => id))];
    const tryOut = () => client.users.move({ ids, org: to.id, dryRun: true });
    if (!(await isScopeMeant(tools, users, to, { dryRun, tryOut }))) return;
    tools.describeState(() => WHILE_WRITING);
    await showAllWritten(tools, await client.users.move({ ids, org: to.id, seen, dryRun }), {
      ...USER_WRITTEN,
      along: ({ devices }) =>
        devices === 0
          ? undefined
          : text(
              `${counted(devices, "device")} ${devices === 1 ? "goes" : "go"} along`,
              `一緒に移るデバイス: ${devices} 台`,
            ),
      listed: listColumns(tools.terminal, USER_COLUMNS, USER.usual),
    });
  },
});

/** Tells where operators among the users will act, and asks whether that is meant. @returns false where it is not */
async function isScopeMeant(
  tools: Tools,
  users: readonly User[],
  to: Pick<Org, "id" | "path">,
  { dryRun, tryOut }: { readonly dryRun: boolean; readonly tryOut: () => Promise<unknown> },
): Promise<boolean> {
  const { terminal, globals } = tools;
  const marked = users.filter(({ administrator, org }) => administrator && org.id !== to.id);
  if (marked.length === 0) return true;
  const { client } = await tools.tenant("accounts");
  const found = await Promise.all(marked.map(({ id }) => client.accounts.find({ name: id })));
  const operators = found.flat().filter(({ role }) => role === "operator");
  // what the tenant refuses is neither told nor asked
  if (operators.length > 0) await tryOut();
  for (const { name, user, org } of operators) {
    const [from, into] = [org.path || ROOT_ORG_NAME, to.path || ROOT_ORG_NAME];
    await terminal.note(
      text(
        `${name} (${user}) is an operator, who will act in ${into} and below, and no more in ${from}`,
        `${name}(${user})はオペレーターです。操作できる範囲が「${from}」以下から「${into}」以下に変わります`,
      ),
    );
  }
  if (operators.length === 0 || dryRun || globals.yes) return true;
  const message = text("Move them?", "移動しますか?");
  if (await terminal.prompts.confirm({ message, flag: "--yes" })) return true;
  await terminal.note(BEFORE_WRITING);
  return false;
}
