import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { DELETION_EXITS, DELETION_HELP, DELETION_OPTIONS } from "../deletion/options.ts";
import { runDeletion } from "../deletion/run.ts";
import { RESULT_COLUMNS } from "../../lib/plan/columns.ts";
import { nearOrgs, ORG_ARGUMENT, ORG_NAMES } from "./named.ts";

export default defineCommand({
  summary: text("delete organisations", "組織を削除する"),
  details: [
    ...DELETION_HELP,
    text(
      "An organisation goes only when nobody and nothing is in it, or what is in it goes too; else the command says what that is (exit 3). With --recursive all below it and the users in them go too, as one change that is confirmed by the sum of both counts and undone by one number. 全社 is never deleted.",
      "組織は、所属するユーザーも下位の組織もないとき(またはそれらも一緒に削除するとき)だけ削除できます。そうでなければ何が残っているかを示します(終了コード 3)。--recursive を付けると、下位の組織と所属するユーザーもすべて、1 つの変更として削除します。両方の件数の合計で確認し、1 つの番号で取り消せます。全社は削除できません。",
    ),
  ],
  args: {
    orgs: { ...ORG_ARGUMENT, required: undefined, repeatable: true, value: "ORG" },
  },
  options: {
    recursive: {
      kind: "boolean",
      about: text("with all below them and the users in them", "下位の組織と所属するユーザーもまとめて削除する"),
    },
    ...DELETION_OPTIONS,
  },
  examples: [
    { line: "clomoctl orgs delete 本社/営業部 --recursive --dry-run" },
    { line: "clomoctl orgs delete 本社/営業部 --recursive --confirm-deletions 12" },
  ],
  exits: DELETION_EXITS,
  shows: RESULT_COLUMNS,
  run: (tools, { orgs, recursive, file, ...options }) =>
    runDeletion(tools, {
      kind: "orgs",
      names: orgs,
      file,
      filters: {},
      recursive,
      options,
      async found() {
        const { client } = await tools.tenant("orgs");
        return {
          ...ORG_NAMES,
          find: (name) => client.orgs.find({ name }),
          near: async (name) => nearOrgs(name, await client.orgs.list()),
        };
      },
    }),
});
