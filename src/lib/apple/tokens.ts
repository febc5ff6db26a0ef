import { line } from "../advice/index.ts";
import { MAX_RENEWAL_FILE_BYTES } from "../nouns/renewal.ts";
import { addOneYear } from "../model/time.ts";
import { text } from "../text/index.ts";
import { parseEnvelope, detectMessageType, decryptEnvelope, type Envelope, extractStructure } from "./encoding.ts";
import {
  parseInstant,
  fingerprintOf,
  createRejectedFileFailure,
  isObject,
  type JsonObject,
  toNonEmptyText,
  type NamedFile,
  type Renewable,
} from "./renewable.ts";
import { tryOrUndefined } from "../errors/index.ts";

/** All members except the expiry date are secret. */
export type AdeToken = ReturnType<typeof openAdeToken>;

/** File name of a downloaded server token: `(server)_Token_2026-03-01T05-00-00Z_smime.p7m`. @see facts 3.5 */
export const SERVER_TOKEN_NAME_PATTERN =
  /^(?<server>.+)_Token_(?<day>\d{4}-\d{2}-\d{2})T(?<time>\d{2}[-:_]\d{2}[-:_]\d{2})Z_smime[^_]*\.p7m$/u;

/** File name of a downloaded content token: `sToken_for_東京_.vpptoken`. @see facts 3.5 */
export const CONTENT_TOKEN_NAME_PATTERN = /^sToken_for_(?<location>.+)_[^_]*\.vpptoken$/u;

/** The failure omits the token, which is secret. @throws `input-rejected` @see apple 1 */
export function openAdeToken({ name, bytes }: NamedFile, keys: readonly string[]) {
  const message = bytes.length > MAX_RENEWAL_FILE_BYTES ? undefined : extractStructure(bytes);
  if (message === undefined || detectMessageType(message) !== "enveloped") {
    throw createRejectedFileFailure(name, NOT_ENCRYPTED, ORIGINAL_FILE_HINT);
  }
  const envelope = parseTokenEnvelope(name, message);
  if (envelope.cipher === undefined) throw createRejectedFileFailure(name, UNKNOWN_CIPHER, ORIGINAL_FILE_HINT);
  const opened = decryptEnvelope(envelope, keys);
  if (opened === undefined) throw createRejectedFileFailure(name, ENCRYPTED_FOR_OTHER_KEY, NEW_TOKEN_HINT);
  const { fields, expiresAt } = parseTokenContent(name, opened);
  const secret = (key: string): string => {
    const value = toNonEmptyText(fields[key]);
    if (value === undefined || !SECRET_PATTERN.test(value))
      throw createRejectedFileFailure(name, NOT_A_TOKEN, ORIGINAL_FILE_HINT);
    return value;
  };
  return {
    consumerKey: secret("consumer_key"),
    consumerSecret: secret("consumer_secret"),
    accessToken: secret("access_token"),
    accessSecret: secret("access_secret"),
    expiresAt,
  };
}

const SECRET_PATTERN = /^[\x21-\x7e]{1,1000}$/;

const NOT_ENCRYPTED = text(
  "not a server token: the file does not contain an encrypted message (S/MIME)",
  "サーバートークンではありません。暗号化されたメッセージ(S/MIME)がファイルにありません",
);
const UNKNOWN_CIPHER = text(
  "the token is encrypted with an unknown cipher; only the ciphers of S/MIME are supported: AES-CBC and Triple DES",
  "トークンは対応していない方式で暗号化されています(対応しているのは S/MIME の AES-CBC と Triple DES です)",
);
const ENCRYPTED_FOR_OTHER_KEY = text("the token is encrypted for another key", "トークンは別の鍵で暗号化されています");
const NEW_TOKEN_HINT = text(
  `upload this tenant's public key to an MDM server in Apple's portal, and download that server's token: ${line("ade keypair create", [], { output: "FILE" })}`,
  `このテナントの公開鍵を Apple のポータルの専用の MDM サーバーに登録し、そのサーバーのトークンをダウンロードしてください: ${line("ade keypair create", [], { output: "FILE" })}`,
);
const ORIGINAL_FILE_HINT = text(
  "use the file exactly as downloaded: SERVER_Token_2026-03-01T05-00-00Z_smime.p7m",
  "ダウンロードしたファイルをそのまま指定してください: サーバー名_Token_2026-03-01T05-00-00Z_smime.p7m",
);

/**
 * If no key decrypts the token, its expiry is estimated as one year after the time in the file name.
 * @throws `input-rejected` if the token is broken, or the expiry is unknown @see facts 3.5; apple 1
 */
export function readAdeToken(file: NamedFile, message: Uint8Array, keys: readonly NamedFile[]): Renewable {
  const { name } = file;
  const download = parseTokenFileName(name);
  const envelope = parseTokenEnvelope(name, message);
  const decrypt = (key: NamedFile) => decryptEnvelope(envelope, [Buffer.from(key.bytes).toString("utf8")]);
  const key = keys.find((one) => decrypt(one) !== undefined);
  const opened = key && decrypt(key);
  const own = opened === undefined ? undefined : parseTokenContent(name, opened);
  const madeAt = download?.at;
  const expiresAt = own?.expiresAt ?? (madeAt === undefined ? undefined : addOneYear(madeAt));
  if (expiresAt === undefined) throw createRejectedFileFailure(name, UNKNOWN_EXPIRY, ORIGINAL_FILE_HINT);
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
      key: key?.name ?? null,
    },
  };
}

function parseTokenEnvelope(name: string, message: Uint8Array): Envelope {
  const envelope = parseEnvelope(message);
  if (envelope !== undefined) return envelope;
  throw createRejectedFileFailure(
    name,
    text("the encrypted message is broken or truncated", "暗号化されたファイルが壊れているか途中で切れています"),
  );
}

function parseTokenFileName(name: string) {
  const { server, day = "", time = "" } = SERVER_TOKEN_NAME_PATTERN.exec(name.normalize("NFC"))?.groups ?? {};
  return server === undefined ? undefined : { server, at: parseInstant(`${day}T${time.replaceAll(/[-_]/g, ":")}Z`) };
}

function parseTokenContent(name: string, opened: string) {
  const fields = parseObject(opened.slice(opened.indexOf("{"), opened.lastIndexOf("}") + 1));
  const consumerKey = toNonEmptyText(fields?.["consumer_key"]);
  const expiresAt = parseInstant(toNonEmptyText(fields?.["access_token_expiry"]) ?? "");
  if (fields === undefined || consumerKey === undefined || expiresAt === undefined)
    throw createRejectedFileFailure(name, NOT_A_TOKEN);
  return { fields, consumerKey, expiresAt };
}

const NOT_A_TOKEN = text(
  "the file was decrypted, but it does not contain a server token",
  "ファイルを復号できましたが、サーバートークンではありません",
);

const UNKNOWN_EXPIRY = text(
  "cannot determine the expiry: the token is encrypted, and its file name does not contain the time of the download",
  "トークンが暗号化されており、ファイル名にもダウンロード日時がないため、期限がわかりません",
);

/** The result omits the secret. @throws `input-rejected` @see facts 3.5; Fleet, server/mdm/apple/vpp/api.go */
export function parseVppToken(file: NamedFile, json: string): Renewable {
  const token = parseObject(json);
  const expiresAt = parseInstant(toNonEmptyText(token?.["expDate"]) ?? "");
  if (expiresAt === undefined || toNonEmptyText(token?.["token"]) === undefined) {
    throw createRejectedFileFailure(
      file.name,
      text("not a content token, or the token is damaged", "VPP サービストークンでないか、トークンが壊れています"),
    );
  }
  const organisation = toNonEmptyText(token?.["orgName"]) ?? null;
  const location = CONTENT_TOKEN_NAME_PATTERN.exec(file.name.normalize("NFC"))?.groups?.["location"] ?? null;
  return {
    expiring: {
      kind: "vpp-token",
      // Apple writes each full-width character as `_`, so a location of only `_` is not a name
      name: (/[^_]/.test(location ?? "") ? location : organisation) ?? file.name,
      expiresAt,
      validFrom: null,
      certainty: "exact",
      fingerprint: fingerprintOf(file.bytes),
      topic: null,
      organisation,
    },
    evidence: { of: "vpp-token", location },
  };
}

function parseObject(json: string): JsonObject | undefined {
  const value = tryOrUndefined((): unknown => JSON.parse(json));
  return isObject(value) ? value : undefined;
}
