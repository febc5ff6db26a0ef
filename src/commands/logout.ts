import { line, step } from "../lib/advice/index.ts";
import { deleteCredentialFile } from "../lib/config/credentials.ts";
import { Failure } from "../lib/errors/index.ts";
import { text } from "../lib/text/index.ts";
import { defineCommand } from "./kit/command.ts";
import { requireRemoteContext } from "./login.ts";

export default defineCommand({
  summary: text("sign out of the tenant of a server", "サーバーのテナントからサインアウトする"),
  args: {},
  options: {},
  examples: [{ line: "clomoctl logout --context head-office" }],
  exits: ["not-found", "unavailable"],
  async run(tools) {
    const { terminal, home, globals } = tools;
    if (globals.tokenFile !== undefined) throw TOKEN_FILE_FAILURE;
    const { name } = await requireRemoteContext(tools);
    const { client } = await tools.tenant("sessions");
    try {
      await client.sessions.end();
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== "not-signed-in") throw error;
    }
    await deleteCredentialFile(home, name);
    await terminal.note(text(`signed out of ${name}`, `${name} からサインアウトしました`));
  },
});

const TOKEN_FILE_FAILURE = new Failure("usage", {
  what: text(
    "--token-file cannot be used here, because an access token does not have a session",
    "アクセストークンにはセッションがないため、--token-file は使えません",
  ),
  where: "--token-file",
  hint: step("to revoke the token", "トークンを無効にするには", line("access-tokens revoke", ["NAME"])),
});
