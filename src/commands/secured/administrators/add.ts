import { text } from "../../../lib/text/index.ts";
import {
  ADMINISTRATOR_COLUMNS,
  MARKING,
  MARKING_HELP,
  namesOf,
  refuseNone,
  showMarks,
} from "../../administrators/marks.ts";
import { defineCommand } from "../../command.ts";
import { APP } from "../app.ts";

export default defineCommand({
  summary: text("mark users as administrators", "ユーザーを管理者として指定する"),
  details: MARKING_HELP,
  args: {
    users: { kind: "string", value: "USER", repeatable: true, about: text("ユーザーID", "ユーザーID") },
  },
  options: { app: APP, ...MARKING },
  examples: [
    { line: "clomoctl secured administrators add admin01 --app docs" },
    { line: "clomoctl secured administrators add --none --app docs" },
  ],
  exits: ["input-rejected", "not-found", "locked"],
  shows: ADMINISTRATOR_COLUMNS,
  async run(tools, { users, file, none, app }) {
    const names = await namesOf(tools, { names: users, file, none });
    const { client } = await tools.tenant("administrators");
    refuseNone(none, await client.administrators.list(app));
    tools.describeState(() => text("they may have been marked", "指定されている可能性があります"));
    await showMarks(tools, await client.administrators.mark(app, { add: [...names] }));
  },
});
