import { USER } from "../../lib/model/user.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { getAccountLanguage } from "../csv/file/export.ts";
import { TEMPLATE_OPTIONS, writeTemplate } from "../csv/file/template.ts";

export default defineCommand({
  summary: text("write the header row of a users file", "ユーザー CSV のヘッダー行を書き出す"),
  caution: USER.unconfirmed,
  args: {},
  options: TEMPLATE_OPTIONS,
  examples: [
    { line: "clomoctl users template -o users-new.csv" },
    { line: "clomoctl users template --encoding utf-8 --newline lf" },
  ],
  exits: ["input-rejected", "not-found"],
  async run(tools, options) {
    const tenant = await tools.tenant("users");
    const customFields = await tenant.client.users.fields();
    await writeTemplate(tools, options, {
      format: "users",
      language: getAccountLanguage(tenant),
      customFields,
    });
  },
});
