import { LIST, showMarks } from "../../administrators/marks.ts";
import { defineCommand } from "../../command.ts";
import { APP } from "../app.ts";

export default defineCommand({
  ...LIST,
  args: {},
  options: { app: APP },
  examples: [{ line: "clomoctl secured administrators list --app docs" }],
  async run(tools, { app }) {
    const { client } = await tools.tenant("administrators");
    await showMarks(tools, await client.administrators.list(app));
  },
});
