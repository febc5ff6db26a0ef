import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { DELETION_EXITS, DELETION_HELP, DELETION_OPTIONS } from "../deletion/options.ts";
import { runDeletion } from "../deletion/run.ts";
import { RESULT_COLUMNS } from "../../lib/plan/columns.ts";
import { ORG_ARGUMENT, ORG_LOOKUP } from "./find-org.ts";

export default defineCommand({
  summary: text("delete organisations", "組織を削除する"),
  details: [...DELETION_HELP],
  args: {
    orgs: { ...ORG_ARGUMENT, required: undefined, repeatable: true, value: "ORG" },
  },
  options: {
    recursive: {
      kind: "boolean",
      about: text(
        "also delete the organisations below them and the users in them",
        "下位の組織と所属するユーザーもまとめて削除する",
      ),
    },
    ...DELETION_OPTIONS,
  },
  anyOf: [["orgs", "file"]],
  examples: [
    { line: "clomoctl orgs delete 本社/営業部 --recursive --dry-run" },
    { line: "clomoctl orgs delete 本社/営業部 --recursive --confirm-deletions 12" },
  ],
  exits: DELETION_EXITS,
  plans: true,
  shows: RESULT_COLUMNS,
  run: (tools, { orgs, recursive, file, ...options }) =>
    runDeletion(tools, {
      kind: "orgs",
      from: { names: orgs, file },
      recursive,
      options,
      async found() {
        const { client } = await tools.tenant("orgs");
        return {
          ...ORG_LOOKUP,
          find: (name) => client.orgs.find({ name }),
        };
      },
    }),
});
