import { tryOrUndefined } from "../errors/index.ts";
import { text } from "../text/index.ts";
import { extractSignedContent } from "./encoding/cms.ts";
import {
  formatInstant,
  fingerprintOf,
  createRejectedFileFailure,
  type NamedFile,
  type Renewable,
} from "./renewable.ts";
import { parsePropertyList } from "./encoding/property-list.ts";

const NOT_A_PROFILE = text(
  "the file is not a provisioning profile: choose a .mobileprovision file, or download it again",
  "プロビジョニングプロファイルではありません。.mobileprovision ファイルを選ぶか、もう一度ダウンロードしてください",
);

const toText = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

const toInstant = (value: unknown): string | undefined =>
  value instanceof Date ? tryOrUndefined(() => formatInstant(value)) : undefined;

/** Reads a property list that Apple signed (`.mobileprovision`). @throws `input-rejected` for any other message */
export async function readProvisioningProfile(file: NamedFile, message: Uint8Array): Promise<Renewable> {
  const { name } = file;
  const content = extractSignedContent(message);
  const properties = content && (await parsePropertyList(Buffer.from(content).toString("utf8")));
  const expiresAt = toInstant(properties?.["ExpirationDate"]);
  if (properties === undefined || expiresAt === undefined) throw createRejectedFileFailure(name, NOT_A_PROFILE);
  return {
    expiring: {
      kind: "agent-profile",
      name: toText(properties["Name"]) ?? name,
      expiresAt,
      validFrom: toInstant(properties["CreationDate"]) ?? null,
      certainty: "exact",
      fingerprint: fingerprintOf(file.bytes),
      topic: null,
      organisation: toText(properties["TeamName"]) ?? null,
    },
    evidence: { of: "provisioning-profile" },
  };
}
