import { line } from "../../../lib/advice/index.ts";
import { MARKED, REMOVE, removeMarks } from "../../administrators/marks.ts";
import { defineCommand } from "../../command.ts";
import { APP } from "../app.ts";

export default defineCommand({
  ...REMOVE,
  args: { users: MARKED },
  options: { app: APP },
  examples: [{ line: "clomoctl secured administrators remove admin01 --app docs" }],
  run: (tools, { app, users }) => removeMarks(tools, app, users, line("secured administrators list", [], { app })),
});
