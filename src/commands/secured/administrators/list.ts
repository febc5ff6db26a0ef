import { LIST_COMMAND, showMarkedAdministrators } from "../../administrators/marks.ts";
import { defineCommand } from "../../command.ts";
import { APP_OPTION } from "../app.ts";

export default defineCommand({
  ...LIST_COMMAND,
  args: {},
  options: { app: APP_OPTION },
  examples: [{ line: "clomoctl secured administrators list --app docs" }],
  async run(tools, { app }) {
    const { client } = await tools.tenant("administrators");
    await showMarkedAdministrators(tools, await client.administrators.list(app));
  },
});
