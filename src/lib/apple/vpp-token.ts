import { text } from "../text/index.ts";
import { parseObject, getNonEmptyText } from "./encoding/lenient-parse.ts";
import { parseInstant } from "./encoding/instant.ts";
import { CONTENT_TOKEN_NAME_PATTERN } from "../model/download-names.ts";
import { fingerprintOf, createRejectedFileFailure, type NamedFile, type Renewable } from "./renewable.ts";

/** The result omits the secret. @throws `input-rejected` @see facts 3.5; Fleet, server/mdm/apple/vpp/api.go */
export function parseVppToken(file: NamedFile, json: string): Renewable {
  const token = parseObject(json);
  const expiresAt = parseInstant((token && getNonEmptyText(token, "expDate")) ?? "");
  if (token === undefined || expiresAt === undefined || getNonEmptyText(token, "token") === undefined) {
    throw createRejectedFileFailure(
      file.name,
      text("not a content token, or the token is damaged", "VPP サービストークンでないか、トークンが壊れています"),
    );
  }
  const organisation = getNonEmptyText(token, "orgName") ?? null;
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
