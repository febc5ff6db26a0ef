import { line, step } from "../../../lib/advice/index.ts";
import { hasServerSession } from "../../../lib/config/credentials.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { signInAsService, signInWithDevice, revokeSession } from "../../../lib/sign-in/provider.ts";
import { parseServerAddress, readProviderSettings, readServerTenants } from "../../../lib/sign-in/server.ts";
import { deleteServerSession, storeServerSession } from "../../../lib/sign-in/session.ts";
import { formatCount, joinFirstTexts, same, shortenText, text, type Text } from "../../../lib/text/index.ts";
import { readSecretFile } from "./secrets.ts";
import type { Tools } from "../tools.ts";

export async function signInToServer(
  tools: Tools,
  address: string,
  clientId: string | undefined,
  secretFile: string | undefined,
): Promise<void> {
  const { terminal } = tools;
  const server = parseServerAddress(address);
  const clientSecret = secretFile === undefined ? undefined : await readSecretFile(tools, secretFile);
  const settings = await readProviderSettings(tools, server);
  const { issuer } = settings;
  await terminal.note(
    text(`${server} uses the identity provider ${issuer}`, `${server} は ID プロバイダー ${issuer} を使用しています`),
  );
  const session =
    clientSecret === undefined
      ? await signInWithDevice(settings, tools, (place, code) => terminal.problem(describeCode(place, code)))
      : await signInAsService({ ...settings, clientId: clientId ?? settings.clientId, clientSecret }, tools);
  await storeServerSession(tools, session);
  await terminal.note(text(`signed in to ${server}`, `${server} にサインインしました`));
  if (session.refreshToken === undefined && clientSecret === undefined) await terminal.warn(NO_REFRESH_TOKEN);
  await addContexts(tools, server, session.accessToken);
}

/** Written even with `--quiet`, because nobody can sign in without it. */
const describeCode = (address: string, code: string): Text => {
  const [place, shown] = [shortenText(address, 500), shortenText(code)];
  return text(
    `to sign in, open ${place} in any browser, and enter the code ${shown}`,
    `サインインするには、ブラウザーで ${place} を開き、コード ${shown} を入力してください`,
  );
};

const NO_REFRESH_TOKEN = text(
  "the identity provider gave no refresh token, so the session cannot be renewed and ends soon",
  "ID プロバイダーがリフレッシュトークンを発行しなかったため、セッションは更新されず、まもなく終了します",
);

const MAX_NAMES = 10;

const joinNames = (names: readonly string[]): Text => joinFirstTexts(names.map(same), MAX_NAMES);

async function addContexts(tools: Tools, server: string, secret: string): Promise<void> {
  const { terminal, contexts, globals } = tools;
  const tenants = await readServerTenants(tools, server, secret);
  const names = tenants.map(({ name }) => name);
  const { added, kept, gone, refused } = await contexts.addServed(server, names, globals.timezone);
  const list = added.length === 0 ? same("") : joinNames(added);
  const counts = text(
    `${formatCount(tenants.length, "tenant")}: ${added.length} added as contexts, ${kept} known`,
    `テナント ${tenants.length} 件: 追加したコンテキスト ${added.length} 件、登録済み ${kept} 件`,
  );
  await terminal.note(added.length === 0 ? counts : text(`${counts.en} (${list.en})`, `${counts.ja}(${list.ja})`));
  for (const { what, where = "" } of refused) {
    const place = shortenText(where, 100);
    await terminal.warn(
      text(`no context for a tenant: ${what.en}: ${place}`, `テナントを登録できません: ${what.ja}: ${place}`),
    );
  }
  if (gone.length > 0) {
    const lost = joinNames(gone);
    await terminal.note(
      step(
        `you can no longer enter these tenants: ${lost.en}; to remove a context`,
        `次のテナントは利用できなくなりました: ${lost.ja}。コンテキストを削除するには`,
        line("context remove", ["NAME"]),
      ),
    );
  }
  if (tenants.length > 1) await terminal.note(step("to see all of them", "全テナントの状態", line("status", [])));
}

/** Deletes the session even if the provider cannot be told. @throws `not-found` if there is none */
export async function signOutOfServer(tools: Tools, address: string): Promise<void> {
  const server = parseServerAddress(address);
  if (!hasServerSession(tools.home, server))
    throw new Failure("not-found", {
      what: text("there is no session of this server", "このサーバーのセッションはありません"),
      where: server,
    });
  try {
    const session = await deleteServerSession(tools, server);
    const isOver =
      session?.clientSecret !== undefined || (session !== undefined && (await revokeSession(session, tools)));
    if (!isOver) await tools.terminal.warn(NOT_REVOKED);
  } catch (error) {
    if (!(error instanceof Failure) || error.code === "locked") throw error;
    const { what } = error;
    await tools.terminal.warn(text(`${NOT_REVOKED.en}: ${what.en}`, `${NOT_REVOKED.ja}: ${what.ja}`));
  }
  await tools.terminal.note(text(`signed out of ${server}`, `${server} からサインアウトしました`));
}

const NOT_REVOKED = text(
  "the session was deleted here, but not ended at the identity provider",
  "このコンピューターのセッションは削除しましたが、ID プロバイダーでは終了していません",
);
