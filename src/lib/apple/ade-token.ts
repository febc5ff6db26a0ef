import { line } from "../advice/index.ts";
import { Failure } from "../errors/index.ts";
import { SERVER_TOKEN_NAME } from "../model/download-names.ts";
import { MAX_BYTES } from "../model/renewal.ts";
import { yearAfter } from "../model/time.ts";
import { text } from "../text/index.ts";
import { envelopeOf, messageTypeOf, openEnvelope, type Envelope } from "./encoding/cms.ts";
import { instantOfText } from "./encoding/instant.ts";
import { structureIn } from "./encoding/pem.ts";
import { parseObject, stringIn } from "./encoding/foreign.ts";
import { fingerprintOf, rejected, type NamedFile, type Renewable } from "./renewable.ts";
import type { AdeToken } from "./service/token.ts";
import { isSimulatedName, isSimulatedToken } from "./simulated.ts";

/** What the name of a server token's file tells. */
interface TokenFileName {
  readonly server: string;
  /** UTC instant at which the token was made */
  readonly at: string | undefined;
}

/**
 * Opens an ADE server token, with its secrets.
 *
 * @param keys private keys of our own in PEM: that of the token before, and one that waits for its token
 * @returns it, and the key that opened it
 * @throws Failure `input-rejected` when it is no encrypted message, broken, encrypted for another key, or no server
 *   token; it tells nothing of the content
 * @see apple 1
 */
export function openAdeToken(
  { name, bytes }: NamedFile,
  keys: readonly string[],
): { readonly token: AdeToken; readonly key: string } {
  const message = bytes.length > MAX_BYTES ? undefined : structureIn(bytes);
  if (message === undefined || messageTypeOf(message) !== "enveloped") {
    throw rejected(name, NOT_ENCRYPTED, AS_DOWNLOADED);
  }
  const envelope = envelopeIn(name, message);
  if (envelope.cipher === undefined) throw rejected(name, UNKNOWN_CIPHER, AS_DOWNLOADED);
  const found = keys.map((key) => ({ key, opened: openEnvelope(envelope, [key]) }));
  const { key: fitting, opened } = found.find((one) => one.opened !== undefined) ?? {};
  if (fitting === undefined || opened === undefined) throw rejected(name, OTHER_KEY, FOR_OUR_KEY);
  const { fields, expiresAt } = contentOf(name, opened);
  const secret = (key: string): string => {
    const value = stringIn(fields, key);
    if (value === undefined || !SECRET.test(value)) throw rejected(name, NO_TOKEN, AS_DOWNLOADED);
    return value;
  };
  const token = {
    consumerKey: secret("consumer_key"),
    consumerSecret: secret("consumer_secret"),
    accessToken: secret("access_token"),
    accessSecret: secret("access_secret"),
    expiresAt,
  };
  return { token, key: fitting };
}

/** Whether a token was refused because none of the keys opened it. */
export const isOtherKey = (error: unknown): boolean => error instanceof Failure && error.what === OTHER_KEY;

/** Printable ASCII, far longer than Apple's are. */
const SECRET = /^[\x21-\x7e]{1,1000}$/;

const NOT_ENCRYPTED = text(
  "not a server token: there is no encrypted message (S/MIME) in the file",
  "サーバートークンではありません。暗号化されたメッセージ(S/MIME)がファイルにありません",
);
const UNKNOWN_CIPHER = text(
  "encrypted by an unknown cipher; those of S/MIME are known: AES-CBC and Triple DES",
  "対応していない方式で暗号化されています(対応しているのは S/MIME の AES-CBC と Triple DES です)",
);
const OTHER_KEY = text("token is encrypted for another key", "このトークンは別の鍵で暗号化されています");
const FOR_OUR_KEY = text(
  `write this tenant's public key with ${line("ade keypair create", [], { output: "FILE" })}, upload it to this tenant's own MDM server in Apple Business Manager (never to CLOMO's), and download the token there`,
  `${line("ade keypair create", [], { output: "FILE" })} でこのテナントの公開鍵を書き出し、Apple Business Manager にあるこのテナント専用の MDM サーバ(CLOMO のものではありません)にアップロードして、そこからトークンをダウンロードしてください`,
);
const AS_DOWNLOADED = text(
  "use the file exactly as downloaded: SERVER_Token_2026-03-01T05-00-00Z_smime.p7m",
  "ダウンロードしたファイルをそのまま指定してください: サーバー名_Token_2026-03-01T05-00-00Z_smime.p7m",
);

/**
 * An ADE server token. Where decrypted with your key, its own expiry; else a year from the time in the file's name,
 * as an estimate. Its keys and secrets stay here.
 *
 * @param message the CMS message, out of its S/MIME clothes
 * @param keys private keys of our own in PEM
 * @throws `input-rejected` when it is broken, or nothing tells when it expires
 * @see facts 3.5 (the file's name); apple 1 (its content)
 */
export function adeTokenOf(file: NamedFile, message: Uint8Array, keys: readonly string[]): Renewable {
  const { name } = file;
  const download = downloadOf(name);
  const envelope = envelopeIn(name, message);
  const opened = openEnvelope(envelope, keys);
  const own = opened === undefined ? undefined : contentOf(name, opened);
  const madeAt = download?.at;
  const expiresAt = own?.expiresAt ?? (madeAt === undefined ? undefined : yearAfter(madeAt));
  if (expiresAt === undefined) throw unknownExpiry(name, keys.length > 0);
  const server = download?.server ?? null;
  return {
    expiring: {
      kind: "ade-token",
      name: server ?? name,
      expiresAt,
      validFrom: madeAt ?? null,
      certainty: own === undefined ? "estimated" : "exact",
      fingerprint: fingerprintOf(file.bytes),
      topic: null,
      organisation: null,
    },
    evidence: {
      of: "ade-token",
      server,
      consumer: own === undefined ? null : fingerprintOf(own.consumerKey),
      recipient: envelope.recipients[0]?.certificate ?? null,
    },
    // that of one that stays closed is told by its file's name alone
    ...((own === undefined ? isSimulatedName(name) : isSimulatedToken(own)) && { simulated: true }),
  };
}

/** @throws Failure `input-rejected` */
function envelopeIn(name: string, message: Uint8Array): Envelope {
  const envelope = envelopeOf(message);
  if (envelope !== undefined) return envelope;
  throw rejected(
    name,
    text("encrypted message is broken or truncated", "暗号化されたファイルが壊れているか途中で切れています"),
  );
}

function downloadOf(name: string): TokenFileName | undefined {
  const { server, day = "", time = "" } = SERVER_TOKEN_NAME.exec(name.normalize("NFC"))?.groups ?? {};
  return server === undefined ? undefined : { server, at: instantOfText(`${day}T${time.replaceAll(/[-_]/g, ":")}Z`) };
}

/** What an opened token says. */
interface TokenContent {
  readonly fields: ReadonlyMap<string, unknown>;
  readonly consumerKey: string;
  readonly expiresAt: string;
}

/** The JSON stands between two marks in a MIME message. */
function contentOf(name: string, opened: string): TokenContent {
  const fields = parseObject(opened.slice(opened.indexOf("{"), opened.lastIndexOf("}") + 1));
  const consumerKey = fields && stringIn(fields, "consumer_key");
  const expiresAt = instantOfText((fields && stringIn(fields, "access_token_expiry")) ?? "");
  if (fields === undefined || consumerKey === undefined || expiresAt === undefined) throw rejected(name, NO_TOKEN);
  return { fields, consumerKey, expiresAt };
}

const NO_TOKEN = text(
  "decrypted, but it does not contain a server token",
  "復号できましたが、サーバートークンではありません",
);

const unknownExpiry = (name: string, triedKeys: boolean) =>
  rejected(
    name,
    triedKeys
      ? text(
          "token is encrypted for another key, and its file name has no download time",
          "このトークンは別の鍵で暗号化されており、ファイル名からも日時がわかりません",
        )
      : text(
          "token is encrypted, and its file name has no download time",
          "このトークンは暗号化されており、ファイル名からも日時がわかりません",
        ),
    text(
      "keep the name it was downloaded with: SERVER_Token_2026-03-01T05-00-00Z_smime.p7m",
      "ダウンロードしたときの名前のままにしてください: サーバー名_Token_2026-03-01T05-00-00Z_smime.p7m",
    ),
  );
