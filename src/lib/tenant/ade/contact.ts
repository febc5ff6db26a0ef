import { line } from "../../advice/index.ts";
import type { AdeAccount } from "../../apple/service/account.ts";
import type { AppleRefusal } from "../../apple/service/errors.ts";
import type { Send } from "../../apple/send.ts";
import { openDeviceService, type AdeService } from "../../apple/service/service.ts";
import type { AdeToken } from "../../apple/service/token.ts";
import { Failure } from "../../errors/index.ts";
import {
  UNCONFIRMED_RELEASE_LIMITS,
  buildSimulatorTokenStep,
  SIMULATOR_COMMANDS,
  type AdeEndpoint,
} from "../../model/ade.ts";
import { text } from "../../text/index.ts";
import { getCurrentInstant } from "../ids.ts";
import type { Session } from "../session.ts";
import { readServer, writeServer, type StoredServer } from "./server-rows.ts";
import { CONSOLE_STEPS, requireAppleServer, type AppleAccess, type AppleServer } from "./guard.ts";
import { TOKEN_OR_KEY_CHANGED_FAILURE, TOKEN_PURPOSE } from "./token.ts";

/** An open connection to the device service, with the account information that the service returned. */
export interface AppleContact extends AppleServer {
  readonly service: AdeService;
  readonly account: AdeAccount;
}

export const createNoTokenFailure = (endpoint: AdeEndpoint): Failure =>
  new Failure("input-rejected", {
    what: text("no server token is set", "サーバートークンが設定されていません"),
    where: "ade token",
    hint: endpoint.kind === "simulator" ? buildSimulatorTokenStep(endpoint) : FIRST_TOKEN_STEPS,
  });

const FIRST_TOKEN_STEPS = text(
  `create a public key with ${line("ade keypair create", [], { output: "CLOMO_ADE_PublicKey.pem" })}, upload it to this tenant's own MDM server entry in Apple Business Manager, download the token, and set it with ${line("ade token set", ["FILE"])}`,
  `${line("ade keypair create", [], { output: "CLOMO_ADE_PublicKey.pem" })} で公開鍵を作成してこのテナント専用の MDM サーバにアップロードし、ダウンロードしたトークンを ${line("ade token set", ["FILE"])} で設定してください`,
);

/**
 * Contacts the device service and finds out which MDM server the token belongs to. If this is not the same server as
 * before, nothing is done unless a change of server was allowed beforehand.
 *
 * @throws Failure `input-rejected` if there is no token, or the server is not the same as before; `not-permitted` in a
 * mirror; `unavailable`; `conflict` if the token is replaced in the meantime; and the refusals of the service
 */
export const contactApple = async (
  session: Session,
  { send, sealing, wait, program }: AppleAccess,
  signal?: AbortSignal,
): Promise<AppleContact> => {
  const guarded = await session.read((reader) => requireAppleServer(reader, CONSOLE_STEPS.sync));
  const { server, endpoint } = guarded;
  if (server.token === null) throw createNoTokenFailure(endpoint);
  const token = JSON.parse(await sealing.unseal(TOKEN_PURPOSE, server.token)) as AdeToken;
  const { now, random } = session.surroundings;
  const simulator = endpoint.kind === "simulator" ? { server: server.serverName } : undefined;
  const sent = simulator === undefined ? await send() : addSimulatorHint(await send());
  const currentToken = async () => (await session.read(readServer)).token;
  const explain = async (refusal: AppleRefusal): Promise<Failure> => {
    if (refusal.code !== "not-permitted") return refusal;
    if ((await currentToken()) !== server.token) return TOKEN_REPLACED_FAILURE;
    // Apple's response is more important than the record of the rejection, so an error while recording is ignored
    if (refusal.rejectsToken) await recordTokenRejection(session, server.token).catch(() => undefined);
    return refusal;
  };
  const access = { base: endpoint.url, token, send: sent, now, random, wait, program, simulator, explain, signal };
  const service = openDeviceService(access);
  const account = await service.account();
  const isOther = server.serverUuid !== null && server.serverUuid !== account.serverUuid;
  if (isOther && server.otherServer !== 1) throw createOtherServerFailure(account, server, endpoint);
  const { serverUuid, serverName, adminId, orgName } = account;
  await session.change({ action: null, locks: ["ade"] }, async (writer) => {
    if ((await readServer(writer)).token !== server.token) throw TOKEN_OR_KEY_CHANGED_FAILURE;
    await writeServer(writer, {
      serverUuid,
      serverName,
      adminId,
      orgName,
      serverSeenAt: getCurrentInstant(session.surroundings),
      tokenRejectedAt: null,
      otherServer: 0,
      // the current token works, so the previous key is never used again
      formerKey: null,
      formerCertificate: null,
      formerKeyAt: null,
      // positions in the device list of one server are not valid at another server
      ...(isOther && { cursor: null, cursorAt: null, fullAt: null }),
    });
    return { result: undefined, objects: [{ thing: "ade", id: "ade" }] };
  });
  session.beginOutside();
  return { ...guarded, service, account };
};

/** Records that Apple rejects a token. Monitoring reports this until a new token is set or Apple accepts it again. */
const recordTokenRejection = (session: Session, token: string | null): Promise<void> =>
  session.change({ action: null, locks: ["ade"] }, async (writer) => {
    const now = await readServer(writer);
    if (now.token !== token || now.tokenRejectedAt !== null) return { result: undefined, objects: [] };
    await writeServer(writer, { tokenRejectedAt: getCurrentInstant(session.surroundings) });
    return { result: undefined, objects: [{ thing: "ade", id: "ade" }] };
  });

/**
 * The failure if the token was replaced during the request. Apple's refusal of the previous token does not apply to the
 * new token.
 */
const TOKEN_REPLACED_FAILURE = new Failure("conflict", {
  what: text("the server token was replaced in the meantime", "処理中にサーバートークンが置き換えられました"),
  where: "ade token",
  hint: text("run the command again", "コマンドをもう一度実行してください"),
});

/** Adds a hint to the failure that is thrown if the simulator does not respond: the simulator may not be running. */
const addSimulatorHint =
  (send: Send): Send =>
  async (request) => {
    try {
      return await send(request);
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== "unavailable") throw error;
      throw error.with({ hint: CHECK_SIMULATOR_HINT });
    }
  };

const CHECK_SIMULATOR_HINT = text(
  `check that the simulator is running. To start it with its previous state: ${line("ade simulator start", [], { state: "FILE" })}. If its URL has changed: ${line("ade endpoint set", [], { simulator: "URL" })}`,
  `シミュレーターが起動しているか確認してください。${line("ade simulator start", [], { state: "FILE" })} で前回の状態から起動できます。URL が変わった場合は ${line("ade endpoint set", [], { simulator: "URL" })} を実行してください`,
);

const formatServerName = (name: string, admin: string | null): string => (admin === null ? name : `${name} (${admin})`);

const createOtherServerFailure = (
  { serverName, adminId }: AdeAccount,
  { serverName: known }: StoredServer,
  endpoint: AdeEndpoint,
) => {
  const [now, before] = [formatServerName(serverName, adminId), known ?? ""];
  const { count, percent } = UNCONFIRMED_RELEASE_LIMITS;
  const command = `${SIMULATOR_COMMANDS.assign(endpoint.url).with("--to-other", serverName)}`;
  const [en, ja] =
    endpoint.kind === "simulator" ? [command, command] : ["in Apple Business Manager", "Apple Business Manager"];
  return new Failure("input-rejected", {
    what: text(
      `this token belongs to another MDM server, ${now}, not to ${before}; nothing was fetched`,
      `このトークンは ${before} ではなく、別の MDM サーバ ${now} のものです。何も取得していません`,
    ),
    where: "server_uuid",
    hint: text(
      `if this is intended: ${line("ade token set", ["FILE"], { otherServer: true })}. The next sync then fetches all devices of ${serverName}. Devices of ${before} that are not found there are marked released if there are at most ${count} of them (or ${percent} %, if that is more); otherwise, they are marked missing until you confirm their number. To keep these devices, move them first (${en}). If this is not intended, set a token of ${before}`,
      `意図したとおりなら ${line("ade token set", ["FILE"], { otherServer: true })} を実行してください。次の同期で ${serverName} の全件を取得します。${before} のデバイスのうちそこにないものは、${count} 台(または ${percent}% のうち多いほう)までなら解除済みになり、それを超えるときは、台数を確認するまで「見つからない」になります。これらのデバイスを残すには、先に移してください(${ja})。意図していない場合は ${before} のトークンを設定してください`,
    ),
  });
};
