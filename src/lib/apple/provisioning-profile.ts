import { text } from "../text/index.ts";
import { extractSignedContent } from "./encoding/cms.ts";
import { parseInstant } from "./encoding/instant.ts";
import { parsePropertyList } from "./encoding/property-list.ts";
import { fingerprintOf, createRejectedFileFailure, type NamedFile, type Renewable } from "./renewable.ts";

/**
 * Reads a provisioning profile (`.mobileprovision`), which is a property list signed by Apple.
 *
 * @param message the CMS message
 * @throws `input-rejected` if the message is not a provisioning profile, or is broken
 */
export function readProvisioningProfile(file: NamedFile, message: Uint8Array): Renewable {
  const { name } = file;
  const content = extractSignedContent(message);
  const properties = content && parsePropertyList(Buffer.from(content).toString("utf8"));
  const expiresAt = parseInstant(properties?.get("ExpirationDate") ?? "");
  if (properties === undefined || expiresAt === undefined) {
    throw createRejectedFileFailure(
      name,
      text(
        "the signed file is not a provisioning profile, or is broken",
        "署名されたファイルですが、プロビジョニングプロファイルではないか、壊れています",
      ),
    );
  }
  return {
    expiring: {
      kind: "agent-profile",
      name: properties.get("Name") ?? name,
      expiresAt,
      validFrom: parseInstant(properties.get("CreationDate") ?? "") ?? null,
      certainty: "exact",
      fingerprint: fingerprintOf(file.bytes),
      topic: null,
      organisation: properties.get("TeamName") ?? null,
    },
    evidence: { of: "provisioning-profile" },
  };
}
