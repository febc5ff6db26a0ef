import { line, step } from "../lib/advice/index.ts";
import { deleteCredentialFile, hasServerSession, readCredential } from "../lib/config/credentials.ts";
import { Failure } from "../lib/errors/index.ts";
import { text } from "../lib/text/index.ts";
import { defineCommand } from "./kit/command.ts";
import type { Tools } from "./kit/tools.ts";
import { requireRemoteContext, SERVER_ARGUMENT } from "./login.ts";

export default defineCommand({
  summary: text(
    "sign out of the tenant of a server, or of a server",
    "サーバーのテナント、またはサーバーからサインアウトする",
  ),
  details: text(
    "A context without a session of its own uses the session of its server, which then ends for all tenants of this server.",
    "コンテキスト自身のセッションがなければ、サーバーのセッションを終了します。このサーバーの全テナントからサインアウトします。",
  ),
  args: { server: SERVER_ARGUMENT },
  options: {},
  excludes: [
    ["server", "context"],
    ["server", "as"],
  ],
  examples: [{ line: "clomoctl logout --context head-office" }, { line: "clomoctl logout https://mdm.example.jp" }],
  exits: ["not-found", "unavailable"],
  async run(tools, { server }) {
    const { terminal, home, globals } = tools;
    if (globals.tokenFile !== undefined) throw TOKEN_FILE_FAILURE;
    const signedInAt = server ?? (await findServerOfSession(tools));
    if (signedInAt !== undefined) {
      const { signOutOfServer } = await import("./kit/change/server-session.ts");
      return signOutOfServer(tools, signedInAt);
    }
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

/** Returns the server of the chosen context, if this context uses the session of the server. */
const findServerOfSession = async ({ contexts, globals, environment, home }: Tools): Promise<string | undefined> => {
  const { context } = await contexts.choose(globals.context, environment);
  if (context.kind === "embedded" || (environment["CLOMOCTL_TOKEN"] ?? "") !== "") return undefined;
  const { origin } = new URL(context.url);
  if (readCredential(home, context.name)?.origin === origin) return undefined;
  return hasServerSession(home, origin) ? origin : undefined;
};

const TOKEN_FILE_FAILURE = new Failure("usage", {
  what: text(
    "--token-file cannot be used here, because an access token does not have a session",
    "アクセストークンにはセッションがないため、--token-file は使えません",
  ),
  where: "--token-file",
  hint: step("to revoke the token", "トークンを無効にするには", line("access-tokens revoke", ["NAME"])),
});
