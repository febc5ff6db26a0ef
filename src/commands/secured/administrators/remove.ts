import { text } from "../../../lib/text/index.ts";
import { ADMINISTRATOR_COLUMNS, showMarks } from "../../administrators/marks.ts";
import { defineCommand } from "../../command.ts";
import { theOne } from "../../listing/named.ts";
import { APP } from "../app.ts";

export default defineCommand({
  summary: text("unmark administrators", "管理者としての指定を取り消す"),
  args: {
    users: {
      kind: "string",
      value: "USER",
      required: true,
      repeatable: true,
      about: text("as `administrators list` shows them: key or id", "`administrators list` のキーか ID"),
    },
  },
  options: { app: APP },
  examples: [{ line: "clomoctl secured administrators remove admin01 --app docs" }],
  exits: ["not-found", "locked"],
  shows: ADMINISTRATOR_COLUMNS,
  async run(tools, { users, app }) {
    const { client } = await tools.tenant("administrators");
    const { administrators } = await client.administrators.list(app);
    const remove = users.map((name) => {
      const found = administrators.filter(({ id, key }) => id === name || key === name);
      return theOne(name, found, {
        noun: text("administrator", "管理者"),
        list: `clomoctl secured administrators list --app ${app}`,
        describe: ({ id, key }) => `${key} ${id}`,
      }).id;
    });
    tools.describeState(() => text("they may have been unmarked", "取り消されている可能性があります"));
    await showMarks(tools, await client.administrators.mark(app, { remove }));
  },
});
