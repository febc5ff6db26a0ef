import { line, step } from "../../advice/index.ts";
import { openAdeToken } from "../../apple/tokens.ts";
import { Failure } from "../../errors/index.ts";
import { text, type Text } from "../../text/index.ts";
import { getCurrentInstant, sha256 } from "../store/ids.ts";
import { storeExpiry } from "./renewals.ts";
import { checkFieldValue } from "../ledger/records.ts";
import type { Session } from "../ledger/session.ts";
import {
  ADE_LOCKS,
  ADE_AUDIT_OBJECT,
  KEY_PURPOSE,
  readAde,
  requireServer,
  type Ade,
  type AppleAccess,
} from "./ade-server.ts";
import { writeServer } from "./ade-rows.ts";

export const TOKEN_PURPOSE = "ade-token";

/** Stores the token without contacting Apple. @throws Failure `input-rejected` for an expired, old or wrong token */
export const setToken = async (
  session: Session,
  { sealing }: AppleAccess,
  { name, content }: { readonly name: string; readonly content: string },
): Promise<{ unchanged: boolean; ade: Ade }> => {
  checkFieldValue("name", { type: "text", blank: false }, name);
  const bytes = Buffer.from(content, "base64");
  const tokenHash = sha256(bytes);
  const server = await session.read(requireServer);
  if (server.tokenHash === tokenHash) return { unchanged: true, ade: await session.read(readAde) };
  const keys = server.privateKey === null ? [] : [await sealing.unseal(KEY_PURPOSE, server.privateKey)];
  const token = openAdeToken({ name, bytes }, keys);
  const { expiresAt } = token;
  if (Date.parse(expiresAt) <= session.surroundings.now()) {
    throw createTokenFailure(name, text(`it expired at ${expiresAt}`, `トークンは ${expiresAt} に失効しています`));
  }
  const consumer = sha256(token.consumerKey);
  // a token that expires earlier is older, and Apple rejects older tokens
  if (server.consumer === consumer && server.tokenExpiresAt !== null && expiresAt < server.tokenExpiresAt) {
    throw createTokenFailure(
      name,
      text(
        `this token is older than the current token (${server.tokenExpiresAt}), and Apple no longer accepts it`,
        `このトークンは設定済みのトークン(${server.tokenExpiresAt})より古く、Apple では無効になっています`,
      ),
    );
  }
  const sealed = await sealing.seal(TOKEN_PURPOSE, JSON.stringify(token));
  await session.change({ action: "ade.token", locks: [...ADE_LOCKS, "renewals"] }, async (writer) => {
    const now = await requireServer(writer);
    if (now.tokenHash !== server.tokenHash || now.privateKey !== server.privateKey) throw TOKEN_OR_KEY_CHANGED_FAILURE;
    const renewal = await storeExpiry(writer, session, now.renewal, {
      kind: "ade-token",
      name: /^(?<server>.+)_Token_\d{4}-/u.exec(name.normalize("NFC"))?.groups?.["server"] ?? now.serverName ?? name,
      organisation: now.orgName,
      expiresAt,
      fingerprint: tokenHash,
    });
    await writeServer(writer, {
      token: sealed,
      tokenHash,
      consumer,
      tokenExpiresAt: expiresAt,
      tokenSetAt: getCurrentInstant(session.surroundings),
      tokenSetBy: session.actorName,
      tokenRejectedAt: null,
      renewal,
      // only a request to Apple shows which administrator downloaded the token
      ...(server.consumer !== consumer && { adminId: null }),
    });
    return {
      result: undefined,
      objects: [ADE_AUDIT_OBJECT],
      before: { expiresAt: server.tokenExpiresAt, consumer: server.consumer },
      after: { expiresAt, consumer },
    };
  });
  return { unchanged: false, ade: await session.read(readAde) };
};

const TOKEN_OR_KEY_CHANGED_FAILURE = new Failure("conflict", {
  what: text("another token or key was set in the meantime", "その間に別のトークンか鍵が設定されました"),
  hint: step("to see the current state", "現在の状態の確認", line("ade status", [])),
});

const createTokenFailure = (where: string, what: Text): Failure =>
  new Failure("input-rejected", {
    what,
    where,
    hint: text(
      "download a new token from the same MDM server in Apple Business Manager",
      "Apple Business Manager の同じ MDM サーバーから新しいトークンをダウンロードしてください",
    ),
  });
