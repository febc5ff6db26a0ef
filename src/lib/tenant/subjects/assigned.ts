import { X509Certificate } from "node:crypto";
import {
  readElement,
  decodeBase64,
  decodeLatin1,
  extractSignedContent,
  parsePropertyList,
} from "../../apple/encoding.ts";
import { readProvisioningProfile } from "../../apple/certificate.ts";
import { Failure, tryOrUndefined } from "../../errors/index.ts";
import type { APP, CONFIG_PROFILE } from "../../nouns/config-profile.ts";
import { MAX_KEPT_FILE_BYTES, type ManualValues, type RecordType } from "../../model/thing.ts";
import { text } from "../../text/index.ts";
import { sha256 } from "../store/ids.ts";
import { storeExpiry } from "./renewals.ts";
import type { Session } from "../ledger/session.ts";
import type { RecordList } from "../ledger/lists.ts";
import type { Writer } from "../store/types.ts";
import { APP_LIST, CONFIG_PROFILE_LIST } from "../ledger/assigned-rows.ts";
import { getRecordById, type EditableRecordType } from "../ledger/records.ts";

type EditableTypePromise<T extends RecordType> = Promise<EditableRecordType<T["fields"]>>;

export const createEditableProfileType = async (given: ManualValues): EditableTypePromise<typeof CONFIG_PROFILE> => ({
  list: CONFIG_PROFILE_LIST,
  ...(await receiveFile(given, checkProfileFile)),
});

/** The provisioning profile of an Enterprise app creates a renewal item. */
export const createEditableAppType = async (
  session: Session,
  given: ManualValues,
): EditableTypePromise<typeof APP> => ({
  list: APP_LIST,
  ...(await receiveFile(given, async (bytes) => {
    const { validFrom: _, ...own } = (await readProvisioningProfile({ name: "json.file", bytes }, bytes)).expiring;
    refuseSecrets(readSignedText(bytes));
    return async (writer) => {
      await writer.lock(["renewals"]);
      await storeExpiry(writer, session, null, { ...own, kind: "custom" });
    };
  })),
});

/** Accepts signed and unsigned property lists of the type Configuration. */
const checkProfileFile = async (bytes: Buffer): Promise<undefined> => {
  const xml = readSignedText(bytes) ?? bytes.toString("utf8");
  if ((await parsePropertyList(xml))?.["PayloadType"] !== "Configuration")
    throw createRejection(
      "the file is not a configuration profile: choose a .mobileconfig file, or export it again",
      "構成プロファイルではありません。.mobileconfig ファイルを選ぶか、もう一度書き出してください",
    );
  refuseSecrets(xml);
};

const readSignedText = (bytes: Buffer): string | undefined => {
  const content = extractSignedContent(bytes);
  return content && readElement(bytes).whole.length === bytes.length
    ? Buffer.from(content).toString("utf8")
    : undefined;
};

/** Matches private keys, accounts in URLs, and markup that can split a name, such as comments and entities. */
const FORBIDDEN_PATTERN =
  /<(?!\/?(?:dict|array|key|string|date|integer|real)>|(?:dict|array|string|true|false) ?\/>|\/?plist(?: version="1\.0")?>|(?:\?xml|!DOCTYPE plist) [^<>[]*>)|<(key|string)>[^<]*<(?!\/\1>)|&(?!(?:amp|lt|gt|quot|apos);)|begin [\w ]{0,30}private|(?<![\w+/])M[A-P][\w+/]{40}|:\/\/[^\s/<:]*:[^\s/<@]*@|security\.(?:pkcs12|scep|acme)/i;
const SECRET_PATTERN =
  /(?:pass(?!-type|book)|pwd|(?<![a-z])p(?:w|in)(?![a-z])|secret|token|credential|challenge|private|psk|(?:shared|api|access).?key|authorization|パス|シークレット|トークン|秘密|暗証|共有キー|鍵)(?:[^<]{0,99}<\/key>[^<]*<(?!(?:true|false) ?\/|string(?:\/|><))|[^<:=?/\n]{0,40}[:=]\s*[^\s</])/iu;

/** Refuses a file in which the name of a secret has a value, because bundles contain the file. */
const refuseSecrets = (xml = "<"): void => {
  const rest = xml.replaceAll(/(<key>DER-Encoded-Profile<\/key>\s*)?<data>([^<]*)<\/data>/g, omitPublicData);
  if (FORBIDDEN_PATTERN.test(rest) || SECRET_PATTERN.test(rest.replaceAll(/[\p{Cf}＜﹤]/gu, "").normalize("NFKC")))
    throw createRejection(
      "the file may contain a password or private key, which clomoctl does not keep: record it without its file",
      "パスワードか秘密鍵が含まれる可能性のあるファイルは保存しません。ファイルなしで登録してください",
    );
};

/** Omits certificates, images and provisioning profiles, which are public. */
const omitPublicData = (data: string, isProfile: string | undefined, written: string): string => {
  const bytes = decodeBase64(written) ?? Buffer.of();
  const text = decodeLatin1(bytes);
  const der = decodeBase64(text.replaceAll(/-----(?:BEGIN|END) CERTIFICATE-----/g, "")) ?? bytes;
  const isImage = /^(?:\x89PNG\r\n\x1a\n.*IEND.{4}|\xff\xd8\xff.*\xff\xd9)$/s.test(text);
  const isPublic = isImage || tryOrUndefined(() => new X509Certificate(der).raw.equals(der));
  return isPublic || (isProfile && readSignedText(bytes)) ? "<true/>" : data;
};

/** Checks a request's file before the transaction stores the file. Versions of the record keep the file forever. */
const receiveFile = async (
  { file }: ManualValues,
  check: (bytes: Buffer) => Promise<((writer: Writer) => Promise<void>) | undefined>,
): Promise<Pick<EditableRecordType, "reading">> => {
  if (typeof file !== "string") return {};
  const bytes = Buffer.from(file, "base64");
  if (bytes.length > MAX_KEPT_FILE_BYTES)
    throw createRejection(
      "the file is over 256 KiB: record it without its file",
      "ファイルが 256 KiB を超えています。ファイルなしで登録してください",
    );
  const alsoWrite = await check(bytes);
  const kept = { digest: sha256(bytes), file: bytes.toString("base64") };
  return {
    async reading(writer, given) {
      await writer.lock(["files"]);
      await writer.run("insert into main.kept_file values (:digest, :file) on conflict do nothing", kept);
      await alsoWrite?.(writer);
      return { values: { ...given, file: kept.digest } };
    },
  };
};

const createRejection = (en: string, ja: string): Failure =>
  new Failure("input-rejected", { what: text(en, ja), where: "json.file" });

export const readKeptFile = (session: Session, list: RecordList, id: string) =>
  session.read(async (reader) => {
    const { file = null } = (await getRecordById(reader, list, id)) as { readonly file?: string | null };
    const row = await reader.get("select content from main.kept_file where digest = :file", { file });
    if (row === undefined)
      throw new Failure("not-found", { what: text("this record has no file", "ファイルは登録されていません") });
    return ReadableStream.from([new Uint8Array(Buffer.from(String(row["content"]), "base64"))]);
  });
