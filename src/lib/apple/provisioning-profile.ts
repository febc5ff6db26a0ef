import { text } from "../text/index.ts";
import { signedContentOf } from "./encoding/cms.ts";
import { instantOfText } from "./encoding/instant.ts";
import { propertiesOf } from "./encoding/property-list.ts";
import { fingerprintOf, rejected, type NamedFile, type Renewable } from "./renewable.ts";

/**
 * A provisioning profile (`.mobileprovision`): a property list that Apple signed.
 *
 * @param message the CMS message
 * @throws `input-rejected` when it is something else or broken
 */
export function provisioningProfileOf(file: NamedFile, message: Uint8Array): Renewable {
  const { name } = file;
  const content = signedContentOf(message);
  const properties = content && propertiesOf(Buffer.from(content).toString("utf8"));
  const expiresAt = instantOfText(properties?.get("ExpirationDate") ?? "");
  if (properties === undefined || expiresAt === undefined) {
    throw rejected(
      name,
      text(
        "signed message does not contain a provisioning profile, or is broken",
        "署名されたファイルですが、プロビジョニングプロファイルではないか、壊れています",
      ),
    );
  }
  return {
    expiring: {
      kind: "agent-profile",
      name: properties.get("Name") ?? name,
      expiresAt,
      validFrom: instantOfText(properties.get("CreationDate") ?? "") ?? null,
      certainty: "exact",
      fingerprint: fingerprintOf(file.bytes),
      topic: null,
      organisation: properties.get("TeamName") ?? null,
    },
    evidence: { of: "provisioning-profile" },
  };
}
