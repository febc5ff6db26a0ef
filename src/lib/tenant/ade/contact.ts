import { line } from "../../advice/index.ts";
import type { AdeAccount } from "../../apple/service/account.ts";
import type { AppleRefusal } from "../../apple/service/errors.ts";
import type { Send } from "../../apple/send.ts";
import { openService, type AdeService } from "../../apple/service/service.ts";
import type { AdeToken } from "../../apple/service/token.ts";
import { Failure } from "../../errors/index.ts";
import { GONE_WITHOUT_ASKING, simulatedToken, SIMULATOR_LINES, type AdeEndpoint } from "../../model/ade.ts";
import { text } from "../../text/index.ts";
import { shownWord } from "../../text/shell-word.ts";
import { instant } from "../ids.ts";
import type { Session } from "../session.ts";
import { readServer, writeServer, type StoredServer } from "./server-rows.ts";
import { CONSOLE_STEPS, guardApple, type AppleAccess, type AppleServer } from "./guard.ts";
import { CHANGED, TOKEN } from "./token.ts";

/** A service that was asked who it is. */
export interface Contact extends AppleServer {
  readonly service: AdeService;
  readonly account: AdeAccount;
}

export const noToken = (endpoint: AdeEndpoint): Failure =>
  new Failure("input-rejected", {
    what: text("no server token is set", "サーバートークンが設定されていません"),
    where: "ade token",
    hint: endpoint.kind === "simulator" ? simulatedToken(endpoint) : FIRST_TOKEN,
  });

const FIRST_TOKEN = text(
  `make a public key, upload it to this tenant's own server entry, and take its token: ${line("ade keypair create", [], { output: "CLOMO_ADE_PublicKey.pem" })}, then ${line("ade token set", ["FILE"])}`,
  `${line("ade keypair create", [], { output: "CLOMO_ADE_PublicKey.pem" })} で公開鍵を作成してこのテナント専用の MDM サーバにアップロードし、ダウンロードしたトークンを ${line("ade token set", ["FILE"])} で設定してください`,
);

/**
 * Contacts the device service, and asks which server the token is of. Another one than before stops everything.
 *
 * @throws Failure `input-rejected` without a token, or where the server is another one; `not-permitted` in a mirror;
 *   `unavailable`; `conflict` where the token is replaced meanwhile; and what the service refuses
 */
export const contactApple = async (
  session: Session,
  { send, sealing, wait, program }: AppleAccess,
  signal?: AbortSignal,
): Promise<Contact> => {
  const guarded = await session.read((reader) => guardApple(reader, CONSOLE_STEPS.sync));
  const { server, endpoint } = guarded;
  if (server.token === null) throw noToken(endpoint);
  const token = JSON.parse(await sealing.unseal(TOKEN, server.token)) as AdeToken;
  const { now, random } = session.surroundings;
  const simulator = endpoint.kind === "simulator" ? { server: server.serverName } : undefined;
  const sent = simulator === undefined ? await send() : hinting(await send());
  const currentToken = async () => (await session.read(readServer)).token;
  const explain = async (refusal: AppleRefusal): Promise<Failure> => {
    if (refusal.code !== "not-permitted") return refusal;
    if ((await currentToken()) !== server.token) return REPLACED;
    // what Apple answered is more important than the note of it
    if (refusal.rejectsToken) await noteRejection(session, server.token).catch(() => undefined);
    return refusal;
  };
  const access = { base: endpoint.url, token, send: sent, now, random, wait, program, simulator, explain, signal };
  const service = openService(access);
  const account = await service.account();
  const isOther = server.serverUuid !== null && server.serverUuid !== account.serverUuid;
  if (isOther && server.otherServer !== 1) throw otherServer(account, server, endpoint);
  const { serverUuid, serverName, adminId, orgName } = account;
  await session.change({ action: null, locks: ["ade"] }, async (writer) => {
    if ((await readServer(writer)).token !== server.token) throw CHANGED;
    await writeServer(writer, {
      serverUuid,
      serverName,
      adminId,
      orgName,
      serverSeenAt: instant(session.surroundings),
      tokenRejectedAt: null,
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

/** Notes that Apple rejects a token: monitoring tells of it until another one is set, or Apple accepts it again. */
const noteRejection = (session: Session, token: string | null): Promise<void> =>
  session.change({ action: null, locks: ["ade"] }, async (writer) => {
    const now = await readServer(writer);
    if (now.token !== token || now.tokenRejectedAt !== null) return { result: undefined, objects: [] };
    await writeServer(writer, { tokenRejectedAt: instant(session.surroundings) });
    return { result: undefined, objects: [{ thing: "ade", id: "ade" }] };
  });

/** A new token ends the one before: what that is refused for says nothing of the one that is set. */
const REPLACED = new Failure("conflict", {
  what: text("the server token was replaced meanwhile", "その間にサーバートークンが置き換えられました"),
  where: "ade token",
  hint: text("run it again", "もう一度実行してください"),
});

/** Where a simulator does not answer, it may not run. */
const hinting =
  (send: Send): Send =>
  async (request) => {
    try {
      return await send(request);
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== "unavailable") throw error;
      throw error.with({ hint: IS_IT_RUNNING });
    }
  };

const IS_IT_RUNNING = text(
  `does the simulator run? ${line("ade simulator start", [], { state: "FILE" })} goes on with what it had; if its address is another one: ${line("ade endpoint set", [], { simulator: "URL" })}`,
  `シミュレーターが起動しているか確認してください。${line("ade simulator start", [], { state: "FILE" })} で前回の状態から起動できます。URL が変わった場合は ${line("ade endpoint set", [], { simulator: "URL" })} を実行してください`,
);

const named = (name: string, admin: string | null): string => (admin === null ? name : `${name} (${admin})`);

const otherServer = (
  { serverName, adminId }: AdeAccount,
  { serverName: known }: StoredServer,
  endpoint: AdeEndpoint,
) => {
  const [now, before] = [named(serverName, adminId), known ?? ""];
  const { count, percent } = GONE_WITHOUT_ASKING;
  const command = `${SIMULATOR_LINES.assign(endpoint.url)} --to-other ${shownWord(serverName)}`;
  const [en, ja] =
    endpoint.kind === "simulator" ? [command, command] : ["in Apple Business Manager", "Apple Business Manager"];
  return new Failure("input-rejected", {
    what: text(
      `this token is of another MDM server, ${now}, not of ${before}; nothing was fetched`,
      `このトークンは ${before} ではなく、別の MDM サーバ ${now} のものです。何も取得していません`,
    ),
    where: "server_uuid",
    hint: text(
      `if that is meant: ${line("ade token set", ["FILE"], { otherServer: true })}. The next sync then fetches all devices of ${serverName}; those of ${before} that it lacks are released here if they are up to ${count} or ${percent} %, else marked missing until their number is confirmed. To keep them, move them first (${en}). If it is not meant, set a token of ${before}`,
      `意図したとおりなら ${line("ade token set", ["FILE"], { otherServer: true })} を実行してください。次の同期で ${serverName} の全件を取得し、そこにない ${before} のデバイスは、${count} 台または ${percent}% までなら解除済みに、超えるなら台数を確認するまで「見つからない」とします。残すには、先に移してください(${ja})。意図していない場合は ${before} のトークンを設定してください`,
    ),
  });
};
