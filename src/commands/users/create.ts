import { commandName } from "../../lib/advice/index.ts";
import { USER } from "../../lib/model/user.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { orgNamed } from "../orgs/named.ts";
import { madeInside } from "../records/inside.ts";
import { DRY_RUN, valueOptions, valuesOf } from "../records/options.ts";
import { BEFORE_WRITING, showWritten, WHILE_WRITING } from "../records/written.ts";
import { USER_COLUMNS } from "./columns.ts";
import { USER_WRITTEN, warnOfKana } from "./written.ts";

export default defineCommand({
  summary: text("create a user", "ユーザーを作成する"),
  details: [
    text(
      `The first --email is the main address (メイン). An address is unique in the tenant, upper and lower case alike, and need not exist. Without --org the user belongs to 全社. Many users: ${commandName("users import")}.`,
      `最初の --email が「メイン」のアドレスです。アドレスはテナント内で一意で(大文字と小文字は区別しません)、実在しなくてもかまいません。--org を省略すると全社に所属します。大勢のユーザーには ${commandName("users import")} を使ってください。`,
    ),
  ],
  args: {},
  options: { ...valueOptions(USER.fields, { isNew: true }), dryRun: DRY_RUN },
  examples: [
    { line: "clomoctl users create --name '髙橋 花子' --email hanako.takahashi@example.jp --org 本社/営業部" },
    { line: "clomoctl users create --name 共用端末01 --email user001@example.com --account-name user001 --dry-run" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: USER_COLUMNS,
  async run(tools, { dryRun, ...options }) {
    tools.describeState(() => BEFORE_WRITING);
    const { client } = await tools.tenant("users");
    const resolve = { org: async (typed: string) => (await orgNamed(tools, typed)).id };
    const values = await valuesOf(USER.fields, options, resolve);
    tools.describeState(() => WHILE_WRITING);
    const written = await madeInside(client.users.create({ ...values, dryRun }), values["org"], "--org");
    await showWritten(tools, written, USER_WRITTEN);
    await warnOfKana(tools, values["nameKana"]);
  },
});
