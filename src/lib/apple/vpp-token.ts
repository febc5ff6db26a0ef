import { text } from "../text/index.ts";
import { parseObject, stringIn } from "./encoding/foreign.ts";
import { instantOfText } from "./encoding/instant.ts";
import { fingerprintOf, rejected, type NamedFile, type Renewable } from "./renewable.ts";

/** `sToken_for_東京_.vpptoken`, also as a browser names the second download of the name. */
const FILE_NAME = /^sToken_for_(?<location>.+?)_?(?: ?\(\d+\))?\.vpptoken$/u;

/**
 * A content token (VPP) from its JSON: `{token, expDate, orgName}`. The token itself stays here.
 *
 * @throws `input-rejected` when it is something else or its date is invalid
 * @see facts 3.5 (the file's name) and Fleet, server/mdm/apple/vpp/api.go (the JSON)
 */
export function vppTokenOf(file: NamedFile, json: string): Renewable {
  const token = parseObject(json);
  const written = token && stringIn(token, "expDate");
  if (token === undefined || written === undefined || stringIn(token, "token") === undefined) {
    throw rejected(file.name, text("not a content token, or broken", "サービストークンではないか、壊れています"));
  }
  const expiresAt = instantOfText(written);
  if (expiresAt === undefined) {
    throw rejected(file.name, text("expDate of the token is not a date", "トークンの expDate が日時ではありません"));
  }
  const organisation = stringIn(token, "orgName") ?? null;
  const location = FILE_NAME.exec(file.name.normalize("NFC"))?.groups?.["location"] ?? null;
  return {
    expiring: {
      kind: "vpp-token",
      // full-width characters are _: 東京 and 大阪 would have one name
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
