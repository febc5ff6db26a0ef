import { extractSignedContent } from "../../apple/encoding/cms.ts";
import { extractStructure } from "../../apple/encoding/pem.ts";
import { parsePropertyList } from "../../apple/encoding/property-list.ts";
import { Failure } from "../../errors/index.ts";
import type { CONFIG_PROFILE } from "../../model/config-profile.ts";
import type { ManualValues } from "../../model/thing.ts";
import { text, type Text } from "../../text/index.ts";
import { CONFIG_PROFILE_LIST } from "./config-profile-rows.ts";
import { decodeKeptFile, keepFile } from "./kept-files.ts";
import type { EditableRecordType } from "./records.ts";

/** Reads the file of a request before the transaction. @throws Failure `input-rejected` for a file that is not kept */
export const openConfigProfiles = async ({
  file,
}: ManualValues): Promise<EditableRecordType<typeof CONFIG_PROFILE.fields>> => {
  const bytes = typeof file === "string" ? decodeKeptFile(file) : undefined;
  if (bytes !== undefined) await checkProfileFile(bytes);
  return {
    list: CONFIG_PROFILE_LIST,
    collection: "config_profiles",
    actions: "config-profiles",
    reading: async (writer, given) => ({
      values: bytes === undefined ? given : { ...given, file: await keepFile(writer, bytes) },
    }),
  };
};

/**
 * Accepts property lists of the type Configuration, signed or not. Passwords and keys must not become part of bundles,
 * so a file with any of them is rejected.
 */
const checkProfileFile = async (bytes: Buffer): Promise<void> => {
  const structure = extractStructure(bytes);
  const content = structure === undefined ? bytes : extractSignedContent(structure);
  const properties = content && (await parsePropertyList(Buffer.from(content).toString("utf8")));
  if (properties?.["PayloadType"] !== "Configuration") throw createRejectedFailure(NOT_A_PROFILE);
  if (containsSecret(properties)) throw createRejectedFailure(CONTAINS_SECRET);
};

const NOT_A_PROFILE = text(
  "not a configuration profile (.mobileconfig), or the file is encrypted or damaged",
  "構成プロファイル(.mobileconfig)ではないか、暗号化されているか、壊れています",
);

const CONTAINS_SECRET = text(
  "the profile contains a password or private key, which clomoctl does not keep: record it without its file",
  "パスワードか秘密鍵が含まれるファイルは保存しません。ファイルなしで登録してください",
);

const createRejectedFailure = (what: Text): Failure => new Failure("input-rejected", { what, where: "file" });

const SECRET_KEY_PATTERN = /password|passphrase|secret|passcode$|private ?key|psk$/i;
const KEY_PAYLOADS: readonly unknown[] = ["com.apple.security.pkcs12", "com.apple.security.scep"];

/** Returns true if a property may be a secret. A loop, because a hostile file may be nested deeply. */
const containsSecret = (properties: object): boolean => {
  const open: object[] = [properties];
  for (let one = open.pop(); one !== undefined; one = open.pop())
    for (const [key, value] of Object.entries(one) as readonly [string, unknown][]) {
      if (key === "PayloadType" && KEY_PAYLOADS.includes(value)) return true;
      if (SECRET_KEY_PATTERN.test(key) && (Buffer.isBuffer(value) || (typeof value === "string" && value !== "")))
        return true;
      if (typeof value === "object" && value !== null && !ArrayBuffer.isView(value)) open.push(value);
    }
  return false;
};
