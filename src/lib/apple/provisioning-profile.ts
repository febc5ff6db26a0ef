import { text } from "../text/index.ts";
import { attempt } from "./attempt.ts";
import { signedContentOf } from "./cms.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { propertiesOf } from "./property-list.ts";
import { stringIn } from "./json.ts";
import { instantOf, rejected, type NamedFile, type Renewable } from "./renewable.ts";

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
  const expires = properties?.get("ExpirationDate");
  const expiresAt = expires instanceof Date ? attempt(() => instantOf(expires)) : undefined;
  if (properties === undefined || expiresAt === undefined) {
    throw rejected(
      name,
      text(
        "this signed message holds no provisioning profile, or is broken",
        "署名されたファイルですが、プロビジョニングプロファイルではないか、壊れています",
      ),
    );
  }
  const created = properties.get("CreationDate");
  return {
    expiring: {
      kind: "agent-profile",
      name: stringIn(properties, "Name") ?? name,
      expiresAt,
      validFrom: (created instanceof Date ? attempt(() => instantOf(created)) : undefined) ?? null,
      certainty: "exact",
      fingerprint: fingerprintOf(file.bytes),
      topic: null,
      organisation: stringIn(properties, "TeamName") ?? null,
    },
    evidence: { of: "provisioning-profile" },
  };
}
