import { LIST_COMMAND, showMarkedAdministrators } from "../../administrators/marks.ts";
import { defineCommand } from "../../command.ts";

export default defineCommand({
  ...LIST_COMMAND,
  args: {},
  options: {},
  examples: [{ line: "clomoctl users administrators list" }],
  async run(tools) {
    const { client } = await tools.tenant("administrators");
    await showMarkedAdministrators(tools, await client.administrators.list("users"));
  },
});
