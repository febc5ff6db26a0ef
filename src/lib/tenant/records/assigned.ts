import { extractSignedContent } from "../../apple/encoding/cms.ts";
import { extractStructure } from "../../apple/encoding/pem.ts";
import { parsePropertyList } from "../../apple/encoding/property-list.ts";
import { readProvisioningProfile } from "../../apple/provisioning-profile.ts";
import { Failure } from "../../errors/index.ts";
import type { APP, CONFIG_PROFILE } from "../../model/config-profile.ts";
import { MAX_KEPT_FILE_BYTES, type ManualValues, type Thing } from "../../model/thing.ts";
import { text } from "../../text/index.ts";
import { sha256 } from "../ids.ts";
import { storeOwnExpiry } from "../renewals/renewals.ts";
import type { Session } from "../session.ts";
import type { RecordList } from "../store/lists.ts";
import type { Writer } from "../store/store.ts";
import { APP_LIST, CONFIG_PROFILE_LIST } from "./assigned-rows.ts";
import { getRecordById, type EditableRecordType } from "./records.ts";

type Opened<T extends Thing> = Promise<EditableRecordType<T["fields"]>>;

export const createEditableProfileType = async (given: ManualValues): Opened<typeof CONFIG_PROFILE> => ({
  list: CONFIG_PROFILE_LIST,
  collection: "config-profiles",
  ...(await receiveFile(given, checkProfileFile)),
});

/** The provisioning profile of an Enterprise app gives a renewal item. It is not the one of Agent Enterprise for iOS. */
export const createEditableAppType = async (session: Session, given: ManualValues): Opened<typeof APP> => ({
  list: APP_LIST,
  collection: "apps",
  ...(await receiveFile(given, async (bytes) => {
    const { validFrom: _, ...own } = (await readProvisioningProfile({ name: "json.file", bytes }, bytes)).expiring;
    return async (writer) => {
      await writer.lock(["renewals"]);
      await storeOwnExpiry(writer, session, null, { ...own, kind: "custom" });
    };
  })),
});

/** Accepts property lists of the type Configuration, signed or not. Passwords and keys must not get into bundles. */
const checkProfileFile = async (bytes: Buffer): Promise<undefined> => {
  const structure = extractStructure(bytes);
  const content = structure === undefined ? bytes : extractSignedContent(structure);
  const xml = content && Buffer.from(content).toString("utf8");
  const properties = xml === undefined ? undefined : await parsePropertyList(xml);
  if (properties?.["PayloadType"] !== "Configuration")
    throw createRejection(
      "the file is not a configuration profile: choose a .mobileconfig file, or export it again",
      "構成プロファイルではありません。.mobileconfig ファイルを選ぶか、もう一度書き出してください",
    );
  // comments and entities could hide the name of a secret
  if (/<!(?:--|ENTITY)/.test(xml ?? ""))
    throw createRejection(
      "a file with comments or entities is not kept, because they can hide a password: record it without its file",
      "コメントやエンティティはパスワードを隠せるため、含まれるファイルは保存しません。ファイルなしで登録してください",
    );
  if (/PRIVATE KEY-----/.test(xml ?? "") || containsSecret(properties))
    throw createRejection(
      "the profile contains a password or private key, which clomoctl does not keep: record it without its file",
      "パスワードか秘密鍵が含まれるファイルは保存しません。ファイルなしで登録してください",
    );
};

const SECRET_KEY_PATTERN = /passw|passphrase|secret|passcode$|private ?key|psk$|^challenge$|token|authorization/i;
const KEY_PAYLOADS: readonly unknown[] = ["com.apple.security.pkcs12", "com.apple.security.scep"];

const containsSecret = (properties: object): boolean => {
  let found = false;
  JSON.stringify(properties, (key, value: unknown) => {
    const isContent = typeof value === "string" ? value !== "" : typeof value === "object";
    found ||= SECRET_KEY_PATTERN.test(key) ? isContent : key === "PayloadType" && KEY_PAYLOADS.includes(value);
    return value;
  });
  return found;
};

/** Checks the file of a request before the transaction, which keeps it forever, for the versions of the record. */
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

/** Returns the file of a record byte for byte. @throws Failure `not-found` if the record has none */
export const readKeptFile = (session: Session, list: RecordList, id: string) =>
  session.read(async (reader) => {
    const { file = null } = (await getRecordById(reader, list, id)) as { readonly file?: string | null };
    const row = await reader.get("select content from main.kept_file where digest = :file", { file });
    if (row === undefined)
      throw new Failure("not-found", { what: text("no file is kept for this record", "ファイルは登録されていません") });
    return ReadableStream.from([new Uint8Array(Buffer.from(String(row["content"]), "base64"))]);
  });
