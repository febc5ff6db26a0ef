import { line, step } from "../../lib/advice/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { noteNotRestored } from "../records/change-result.ts";
import { TOKEN_COLUMNS } from "./columns.ts";

export default defineCommand({
  summary: text("revoke an access token", "アクセストークンを失効させる"),
  args: { token: { kind: "string", required: true, about: text("name or ID of the token", "トークンの名前か ID") } },
  options: {},
  examples: [{ line: "clomoctl access-tokens revoke cron" }],
  exits: ["not-signed-in", "input-rejected", "not-found"],
  shows: TOKEN_COLUMNS,
  async run(tools, { token: typed }) {
    const { client } = await tools.tenant("access-tokens");
    const all = await client["access-tokens"].list();
    const found = all.find(({ id, name }) => id === typed || name === typed);
    if (found === undefined)
      throw new Failure("not-found", {
        what: text(`you do not have a token named "${typed}"`, `「${typed}」というトークンはありません`),
        hint: step("to list your tokens", "トークンの一覧", line("access-tokens list", [])),
      });
    await noteNotRestored(tools, text(`the token ${found.name}`, `トークン ${found.name}`));
    await client["access-tokens"].revoke(found.id);
    await tools.terminal.show(TOKEN_COLUMNS, found);
    await tools.terminal.note(text(`revoked the token ${found.name}`, `トークン ${found.name} を失効させました`));
  },
});
