import { Failure } from "../../../lib/errors/index.ts";
import {
  readProviderSettings,
  readServerTenants,
  revokeSession,
  signInWithDevice,
} from "../../../lib/sign-in/provider.ts";
import { changeServerSession } from "../../../lib/sign-in/session.ts";
import { formatCount, joinFirstTexts, same, shortenText, text, type Text } from "../../../lib/text/index.ts";
import type { Tools } from "../tools.ts";

export async function signInToServer(tools: Tools, address: string): Promise<void> {
  const { terminal } = tools;
  const settings = await readProviderSettings(tools, address);
  const { server, issuer } = settings;
  await terminal.note(
    text(`${server} uses the identity provider ${issuer}`, `${server} は ID プロバイダー ${issuer} を使用しています`),
  );
  // written even with `--quiet`, because nobody can sign in without it
  const session = await signInWithDevice(settings, tools, (place, code) => terminal.problem(describeCode(place, code)));
  await changeServerSession(tools, server, async () => session);
  await terminal.note(text(`signed in to ${server}`, `${server} にサインインしました`));
  if (session.refreshToken === undefined) await terminal.warn(NO_REFRESH_TOKEN);
  await addContexts(tools, server, session.accessToken);
}

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

async function addContexts({ terminal, contexts, ...tools }: Tools, server: string, secret: string): Promise<void> {
  const tenants = await readServerTenants(tools, server, secret);
  const { added, refused, gone } = await contexts.addServed(server, tenants);
  await terminal.note(text(formatCount(tenants.length, "tenant"), `テナント ${tenants.length} 件`));
  const told = [
    [added, "added as contexts", "追加したコンテキスト"],
    [
      refused,
      "no context, because the name is taken or cannot be used",
      "名前が使用中か使えないため、追加できないテナント",
    ],
    [gone, "contexts of tenants that you can no longer enter", "利用できなくなったテナントのコンテキスト"],
  ] as const;
  for (const [names, en, ja] of told) {
    const list = joinFirstTexts(names.map(same), 10);
    const line = text(`${en}: ${list.en}`, `${ja}: ${list.ja}`);
    if (names.length > 0) await (names === added ? terminal.note(line) : terminal.warn(line));
  }
}

/** Deletes the session even if the provider cannot be told. */
export async function signOutOfServer(tools: Tools, server: string): Promise<void> {
  await changeServerSession(tools, server, async (session) => {
    if (session === undefined) return undefined;
    await revokeSession(session, tools).catch(async (error: unknown) => {
      if (!(error instanceof Failure)) throw error;
      const { en, ja } = error.what;
      await tools.terminal.warn(
        text(
          `the session was deleted here, but not ended at the identity provider: ${en}`,
          `このコンピューターのセッションは削除しましたが、ID プロバイダーでは終了していません: ${ja}`,
        ),
      );
    });
    return undefined;
  });
  await tools.terminal.note(text(`signed out of ${server}`, `${server} からサインアウトしました`));
}
