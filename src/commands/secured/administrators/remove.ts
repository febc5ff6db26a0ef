import { line } from "../../../lib/advice/index.ts";
import { MARKED_ARGUMENT, REMOVE_COMMAND, removeMarks } from "../../administrators/marks.ts";
import { defineCommand } from "../../command.ts";
import { APP_OPTION } from "../app.ts";

export default defineCommand({
  ...REMOVE_COMMAND,
  args: { users: MARKED_ARGUMENT },
  options: { app: APP_OPTION },
  examples: [{ line: "clomoctl secured administrators remove admin01 --app docs" }],
  run: (tools, { app, users }) => removeMarks(tools, app, users, line("secured administrators list", [], { app })),
});
