import type { AdeAccount } from "../../../apple/service/account.ts";
import { openService, type AdeService } from "../../../apple/service/service.ts";
import type { AdeToken } from "../../../apple/service/token.ts";
import { Failure } from "../../../errors/index.ts";
import { text } from "../../../text/index.ts";
import { instant } from "../../ids.ts";
import type { Session } from "../../session.ts";
import { readServer, writeServer, type StoredServer } from "../../store/ade/server.ts";
import { CONSOLE_STEPS, guardApple, type AppleAccess, type Guarded } from "./guard.ts";
import { CHANGED, TOKEN } from "./token.ts";

/** A service that was asked who it is. */
export interface Contact extends Guarded {
  readonly service: AdeService;
  readonly account: AdeAccount;
}

export const NO_TOKEN = new Failure("input-rejected", {
  what: text("no server token is set", "サーバートークンが設定されていません"),
  where: "ade token",
  hint: text(
    "make a public key, upload it to this tenant's own server entry, and take its token: clomoctl ade keypair create -o CLOMO_ADE_PublicKey.pem, then clomoctl ade token set FILE",
    "clomoctl ade keypair create -o CLOMO_ADE_PublicKey.pem で公開鍵を作成してこのテナント専用の MDM サーバーにアップロードし、ダウンロードしたトークンを clomoctl ade token set FILE で設定してください",
  ),
});

/**
 * Contacts the device service, and asks which server the token is of. Another one than before stops everything.
 *
 * @throws Failure `input-rejected` without a token, or where the server is another one; `not-permitted` in a mirror;
 *   `unavailable`, and what the service refuses
 */
export const contactApple = async (
  session: Session,
  { send, sealing, wait, program }: AppleAccess,
  signal?: AbortSignal,
): Promise<Contact> => {
  const guarded = await session.read((reader) => guardApple(reader, CONSOLE_STEPS.sync));
  const { server, endpoint } = guarded;
  if (server.token === null) throw NO_TOKEN;
  const token = JSON.parse(await sealing.unseal(TOKEN, server.token)) as AdeToken;
  const { now, random } = session.surroundings;
  const service = openService({ base: endpoint.url, token, send: await send(), now, random, wait, program, signal });
  const account = await service.account();
  const isOther = server.serverUuid !== null && server.serverUuid !== account.serverUuid;
  if (isOther && server.otherServer !== 1) throw otherServer(account, server);
  const { serverUuid, serverName, adminId, orgName } = account;
  await session.change({ action: null, locks: ["ade"] }, async (writer) => {
    if ((await readServer(writer)).token !== server.token) throw CHANGED;
    await writeServer(writer, {
      serverUuid,
      serverName,
      adminId,
      orgName,
      serverSeenAt: instant(session.surroundings),
      otherServer: 0,
      // the token in force works: that of the key before is not gone back to
      formerKey: null,
      formerCertificate: null,
      formerKeyAt: null,
      // positions of another server mean nothing here
      ...(isOther && { cursor: null, cursorAt: null, fullAt: null }),
    });
    return { result: undefined, objects: [{ thing: "ade", id: "ade" }] };
  });
  return { ...guarded, service, account };
};

const named = (name: string, admin: string | null): string => (admin === null ? name : `${name} (${admin})`);

const otherServer = ({ serverName, adminId }: AdeAccount, { serverName: known }: StoredServer): Failure => {
  const [now, before] = [named(serverName, adminId), known ?? ""];
  return new Failure("input-rejected", {
    what: text(
      `this token is of another MDM server, ${now}, not of ${before}; nothing was fetched`,
      `このトークンは ${before} ではなく、別の MDM サーバー ${now} のものです。何も取得していません`,
    ),
    where: "server_uuid",
    hint: text(
      `if that is meant: clomoctl ade token set FILE --other-server; the devices of ${before} are then released here, unless they are moved in Apple Business Manager first. Else download the token from ${before}`,
      `意図したとおりなら clomoctl ade token set FILE --other-server を実行してください。先に Apple Business Manager で移さない限り、${before} のデバイスはここでは解除済みになります。そうでなければ ${before} のトークンをダウンロードしてください`,
    ),
  });
};
