import { line, step } from "../../advice/index.ts";
import { isOtherKeyFailure, openAdeToken } from "../../apple/ade-token.ts";
import { isSimulatedToken } from "../../apple/simulated.ts";
import type { AdeToken } from "../../apple/service/token.ts";
import type { Ade } from "../../contract/index.ts";
import { Failure } from "../../errors/index.ts";
import { buildSimulatorTokenStep, type AdeEndpoint } from "../../model/ade.ts";
import { text } from "../../text/index.ts";
import { getCurrentInstant } from "../ids.ts";
import type { Session } from "../session.ts";
import { writeServer, type StoredServer } from "./server-rows.ts";
import { storeOwnExpiry } from "../renewals/renewals.ts";
import {
  CONSOLE_STEPS,
  requireAppleServer,
  refuseMirror,
  refuseSimulated,
  type AppleAccess,
  type AppleServer,
} from "./guard.ts";
import { hashContent, KEY_PURPOSE, ADE_LOCKS, ADE_OBJECT, readAde } from "./server.ts";

/** The purpose for which tokens are sealed. */
export const TOKEN_PURPOSE = "ade-token";

/** A token file as it is sent in the request. */
export interface TokenFile {
  readonly name: string;
  /** in base64 */
  readonly content: string;
  readonly otherAdmin?: boolean | undefined;
  readonly otherServer?: boolean | undefined;
}

/**
 * Sets a server token without contacting Apple. The token is opened with the key that waits for it or, if that fails,
 * with the current or the former key.
 *
 * @throws Failure `input-rejected` if no key of the tenant opens the token, if the token has expired or is older than
 * the current token, or if it is from another administrator and the request does not confirm that
 */
export const setToken = async (
  session: Session,
  { sealing }: AppleAccess,
  { name, content, otherAdmin = false, otherServer = false }: TokenFile,
): Promise<{ unchanged: boolean; ade: Ade }> => {
  const bytes = Buffer.from(content, "base64");
  const tokenHash = hashContent(bytes);
  const guarded = await session.read((reader) => requireAppleServer(reader, CONSOLE_STEPS.token));
  const { server } = guarded;
  if (server.tokenHash === tokenHash) {
    if (!otherServer || server.otherServer === 1) return { unchanged: true, ade: await session.read(readAde) };
    return { unchanged: false, ade: await permitOtherServer(session) };
  }
  const { token, by, isSimulated } = await openToken(sealing, guarded, { name, bytes });
  refuseForeignToken(isSimulated, guarded.endpoint, name);
  if (Date.parse(token.expiresAt) <= session.surroundings.now())
    throw createExpiredTokenFailure(name, token.expiresAt, guarded);
  const consumer = hashContent(token.consumerKey);
  const isOther = server.consumer !== null && server.consumer !== consumer;
  if (isOther && !otherAdmin && !otherServer) throw createOtherConsumerFailure(name, server);
  const oldest = server.consumer === consumer ? server.tokenExpiresAt : null;
  if (oldest !== null && token.expiresAt < oldest) throw createOlderTokenFailure(name, token.expiresAt, oldest);
  const sealed = await sealing.seal(TOKEN_PURPOSE, JSON.stringify(token));
  await session.change({ action: "ade.token", locks: [...ADE_LOCKS, "renewals"] }, async (writer) => {
    const { server: now } = await requireAppleServer(writer, CONSOLE_STEPS.token);
    if (now.tokenHash !== server.tokenHash || KEY_COLUMNS.some((key) => now[key] !== server[key]))
      throw TOKEN_OR_KEY_CHANGED_FAILURE;
    const renewal = await storeOwnExpiry(writer, session, now.renewal, {
      kind: "ade-token",
      name: serverNameOf(name) ?? now.serverName ?? name,
      organisation: now.orgName,
      expiresAt: token.expiresAt,
      fingerprint: tokenHash,
      simulated: isSimulated,
    });
    await writeServer(writer, {
      token: sealed,
      tokenHash,
      consumer,
      tokenExpiresAt: token.expiresAt,
      tokenSetAt: getCurrentInstant(session.surroundings),
      tokenSetBy: session.actor,
      tokenRejectedAt: null,
      simulated: isSimulated ? 1 : 0,
      otherServer: otherServer ? 1 : 0,
      renewal,
      ...buildRotatedKeys(by, now),
      // only a contact with Apple shows which administrator downloaded the token
      ...(isOther && { adminId: null }),
    });
    return {
      result: undefined,
      objects: [ADE_OBJECT],
      before: { expiresAt: server.tokenExpiresAt, consumer: server.consumer },
      after: { expiresAt: token.expiresAt, consumer },
      detail: { otherAdmin, otherServer },
    };
  });
  return { unchanged: false, ade: await session.read(readAde) };
};

/**
 * Permits another MDM server at the next contact. Used if the file of the current token is sent again with this
 * permission.
 */
const permitOtherServer = async (session: Session): Promise<Ade> => {
  await session.change({ action: "ade.token", locks: ADE_LOCKS }, async (writer) => {
    await requireAppleServer(writer, CONSOLE_STEPS.token);
    const [tokenSetAt, tokenSetBy] = [getCurrentInstant(session.surroundings), session.actor];
    await writeServer(writer, { otherServer: 1, tokenSetAt, tokenSetBy });
    return { result: undefined, objects: [ADE_OBJECT], detail: { otherServer: true } };
  });
  return session.read(readAde);
};

/** The failure if another process set a key or token between the check and the write. */
export const TOKEN_OR_KEY_CHANGED_FAILURE = new Failure("conflict", {
  what: text("another token or key was set in the meantime", "その間に別のトークンか鍵が設定されました"),
  hint: text(
    `to see the current token: ${line("ade token show", [])}`,
    `${line("ade token show", [])} で確認してください`,
  ),
});

/** The columns of a tenant's keys by role, in the order in which the keys are tried. */
const KEY_COLUMNS_BY_ROLE = {
  staged: "stagedKey",
  current: "privateKey",
  former: "formerKey",
} as const satisfies Record<string, keyof StoredServer>;

type KeyRole = keyof typeof KEY_COLUMNS_BY_ROLE;

const KEY_COLUMNS = Object.values(KEY_COLUMNS_BY_ROLE);

/** A token that was opened, and the role of the key that opened it. */
interface OpenedToken {
  readonly token: AdeToken;
  readonly by: KeyRole;
  readonly isSimulated: boolean;
}

/**
 * Opens a token with one of the tenant's keys. @throws Failure `input-rejected` if the token is not valid, or no key
 * opens it
 */
const openToken = async (
  sealing: AppleAccess["sealing"],
  { server, endpoint }: Awaited<ReturnType<typeof refuseMirror>>,
  file: { readonly name: string; readonly bytes: Uint8Array },
): Promise<OpenedToken> => {
  const keys = new Map<string, KeyRole>();
  let sealedOtherwise: Failure | undefined;
  for (const [by, column] of Object.entries(KEY_COLUMNS_BY_ROLE) as [KeyRole, (typeof KEY_COLUMNS)[number]][]) {
    const sealed = server[column];
    if (sealed === null) continue;
    try {
      keys.set(await sealing.unseal(KEY_PURPOSE, sealed), by);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      // another key may still open the token
      sealedOtherwise = error;
    }
  }
  try {
    const { token, key } = openAdeToken(file, [...keys.keys()]);
    return { token, by: keys.get(key) ?? "current", isSimulated: isSimulatedToken(token) };
  } catch (error) {
    if (!isOtherKeyFailure(error)) throw error;
    if (sealedOtherwise !== undefined) throw sealedOtherwise;
    throw endpoint?.kind === "simulator" && error instanceof Failure
      ? error.with({ hint: buildSimulatorTokenStep({ url: endpoint.url, server: server.serverName }) })
      : error;
  }
};

/**
 * Refuses a simulator's token for an endpoint that is not a simulator, and any other token for a simulator. @throws
 * Failure `input-rejected`
 */
const refuseForeignToken = (isSimulated: boolean, endpoint: AdeEndpoint | null, name: string): void => {
  if (isSimulated) refuseSimulated({ endpoint }, name);
  else if (endpoint?.kind === "simulator") throw createNotSimulatedFailure(name);
};

/**
 * Returns the keys to store with a new token. The previous key is kept until a contact with Apple proves that the token
 * works.
 */
const buildRotatedKeys = (by: KeyRole, now: StoredServer): Partial<StoredServer> => {
  if (by === "current") return {};
  const current = { formerKey: now.privateKey, formerCertificate: now.certificate, formerKeyAt: now.keyAt };
  if (by === "former") {
    return {
      ...current,
      privateKey: now.formerKey,
      certificate: now.formerCertificate,
      keyAt: now.formerKeyAt,
    };
  }
  return {
    // if no contact has proved that the current key works, the former key is kept, because it is the last key that
    // worked
    ...(now.formerKey === null && current),
    privateKey: now.stagedKey,
    certificate: now.stagedCertificate,
    keyAt: now.stagedAt,
    stagedKey: null,
    stagedCertificate: null,
    stagedAt: null,
  };
};

/** The data that an opened token file contains, without secrets. */
export interface TokenFacts {
  /** name of the MDM server, taken from the file name */
  readonly server: string | null;
  readonly expiresAt: string;
  readonly key: KeyRole;
  readonly inForce: boolean;
  readonly sameAdmin: boolean | null;
  readonly simulated: boolean;
}

/**
 * Opens a server token without setting it.
 *
 * @throws Failure `not-permitted` in a mirror; `input-rejected` if the file is not a server token, or no key of the
 * tenant opens it
 */
export const inspectToken = async (
  session: Session,
  { sealing }: AppleAccess,
  { name, content }: TokenFile,
): Promise<TokenFacts> => {
  const found = await session.read((reader) => refuseMirror(reader, CONSOLE_STEPS.token));
  const { server } = found;
  const bytes = Buffer.from(content, "base64");
  const { token, by, isSimulated } = await openToken(sealing, found, { name, bytes });
  return {
    server: serverNameOf(name) ?? null,
    expiresAt: token.expiresAt,
    key: by,
    inForce: server.tokenHash === hashContent(bytes),
    sameAdmin: server.consumer === null ? null : server.consumer === hashContent(token.consumerKey),
    simulated: isSimulated,
  };
};

/** Returns the name of the MDM server, taken from the name of the token file. @see facts 3.5 */
const serverNameOf = (file: string): string | undefined =>
  /^(?<server>.+)_Token_\d{4}-/u.exec(file.normalize("NFC"))?.groups?.["server"];

const createExpiredTokenFailure = (
  name: string,
  at: string,
  { endpoint: { kind, url }, server }: AppleServer,
): Failure =>
  new Failure("input-rejected", {
    what: text(`this token expired at ${at}`, `このトークンは ${at} に期限切れになっています`),
    where: name,
    hint:
      kind === "simulator"
        ? buildSimulatorTokenStep({ url, server: server.serverName })
        : text(
            "download a new token from the same MDM server in Apple Business Manager",
            "Apple Business Manager の同じ MDM サーバから新しいトークンをダウンロードしてください",
          ),
  });

/**
 * Returns the failure for an old token. Every token is valid for a year, but Apple no longer accepts it after a newer
 * token is downloaded. @see apple 2
 */
const createOlderTokenFailure = (name: string, at: string, set: string): Failure =>
  new Failure("input-rejected", {
    what: text(
      `this token expires at ${at}, earlier than the current token (${set}): it is an older token, which Apple no longer accepts`,
      `このトークンの有効期限は ${at} で、設定済みのトークン(${set})より前です。古いトークンのため、Apple では無効になっています`,
    ),
    where: name,
    hint: step(
      "use the file that was downloaded last; to show the current token",
      "最後にダウンロードしたファイルを指定してください。設定済みのトークンの確認",
      line("ade token show", []),
    ),
  });

const createNotSimulatedFailure = (name: string): Failure =>
  new Failure("input-rejected", {
    what: text(
      "the endpoint is a simulator, but this token is not from a simulator; the token was not set",
      "接続先はシミュレーターですが、このトークンはシミュレーターのものではないため、設定していません",
    ),
    where: name,
    hint: text(
      `to create a token of the simulator: ${line("ade simulator do token", [])}; to stop using the simulator: ${line("ade endpoint set", [], { apple: true, startOver: true })}`,
      `シミュレーターのトークンは ${line("ade simulator do token", [])} で作成します。シミュレーターの利用をやめるには ${line("ade endpoint set", [], { apple: true, startOver: true })} を実行してください`,
    ),
  });

const formatInBrackets = (value: string | null): string => (value === null ? "" : ` (${value})`);

const createOtherConsumerFailure = (name: string, { adminId, serverName }: StoredServer): Failure =>
  new Failure("input-rejected", {
    what: text(
      `this token is from a different administrator than the previous token${formatInBrackets(adminId)}, or from another MDM server`,
      `このトークンは、これまでのトークン${formatInBrackets(adminId)}とは別の管理者がダウンロードしたか、別の MDM サーバのものです`,
    ),
    where: name,
    hint: text(
      `if another administrator now downloads the tokens of the same MDM server${formatInBrackets(serverName)}, add --other-admin; if the token is from another MDM server, add --other-server`,
      `担当者の交代などで、同じ MDM サーバ${formatInBrackets(serverName)}のトークンを別の管理者がダウンロードした場合は --other-admin、別の MDM サーバのトークンの場合は --other-server を付けてください`,
    ),
  });
