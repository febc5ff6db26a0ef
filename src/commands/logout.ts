import { line, step } from "../lib/advice/index.ts";
import { deleteCredentialFile, usesServerSession } from "../lib/config/credentials.ts";
import { Failure } from "../lib/errors/index.ts";
import { text } from "../lib/text/index.ts";
import { defineCommand } from "./kit/command.ts";
import { requireRemoteContext } from "./login.ts";

export default defineCommand({
  summary: text("sign out of the tenant of a server", "サーバーのテナントからサインアウトする"),
  details: text(
    "A context without a session of its own uses the session of its server, which then ends for all tenants of this server.",
    "コンテキスト自身のセッションがなければ、サーバーのセッションを終了します。このサーバーの全テナントからサインアウトします。",
  ),
  args: {},
  options: {},
  examples: [{ line: "clomoctl logout --context head-office" }],
  exits: ["not-found", "unavailable"],
  async run(tools) {
    const { terminal, home, globals, environment } = tools;
    if (globals.tokenFile !== undefined) throw TOKEN_FILE_FAILURE;
    const context = await requireRemoteContext(tools);
    if (usesServerSession(home, context) && (environment["CLOMOCTL_TOKEN"] ?? "") === "")
      return (await import("./kit/change/server-session.ts")).signOutOfServer(tools, new URL(context.url).origin);
    const { name } = context;
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
