import { text } from "../../../lib/text/index.ts";
import { ADD, addMarks, MARKING, toMark } from "../../administrators/marks.ts";
import { defineCommand } from "../../command.ts";
import { APP } from "../app.ts";

export default defineCommand({
  ...ADD,
  args: { users: toMark(text("ユーザーID", "ユーザーID")) },
  options: { app: APP, ...MARKING },
  examples: [
    { line: "clomoctl secured administrators add admin01 --app docs" },
    { line: "clomoctl secured administrators add --none --app docs" },
  ],
  run: (tools, { app, ...given }) => addMarks(tools, app, given),
});
