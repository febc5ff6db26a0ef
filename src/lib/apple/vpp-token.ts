import { text } from "../text/index.ts";
import { parseObject, getNonEmptyText } from "./encoding/foreign.ts";
import { parseInstant } from "./encoding/instant.ts";
import { decodeWrappedBase64, decodeTextFile } from "./encoding/pem.ts";
import { CONTENT_TOKEN_NAME_PATTERN } from "../model/download-names.ts";
import { MAX_RENEWAL_FILE_BYTES } from "../model/renewal.ts";
import { fingerprintOf, createRejectedFileFailure, type NamedFile, type Renewable } from "./renewable.ts";
import { isSimulatedName } from "./simulated.ts";

/** A content token (VPP), including its secret. */
export interface VppToken {
  /** the text of the file, which is sent to Apple as the bearer token: a secret */
  readonly token: string;
  /** time when the token expires, in UTC */
  readonly expiresAt: string;
  /** name of the organisation in Apple's portal; null if the file does not contain the name */
  readonly organisation: string | null;
  /** location in Apple's portal, from the file name (full-width characters replaced by `_`); null if not in it */
  readonly location: string | null;
  /** true if `ade simulator` created the token */
  readonly simulated: boolean;
}

/**
 * Opens a content token (VPP), including its secret.
 *
 * @throws Failure `input-rejected` if the file is not a content token or its date is invalid; the failure does not
 * reveal any of the content
 * @see apple 5: the base64 text of the file is the bearer token
 */
export function openVppToken(file: NamedFile): VppToken {
  const inside =
    file.bytes.length > MAX_RENEWAL_FILE_BYTES ? undefined : decodeWrappedBase64(decodeTextFile(file.bytes));
  const token = inside?.toString("base64") ?? "";
  return { token, ...parseTokenContent(file, inside?.toString("utf8") ?? "") };
}

/**
 * Builds the renewable item for a content token (VPP) from its JSON: `{token, expDate, orgName}`. The token itself is
 * not included.
 *
 * @throws `input-rejected` if the JSON is not a content token or its date is invalid
 * @see facts 3.5 (the file's name) and Fleet, server/mdm/apple/vpp/api.go (the JSON)
 */
export function parseVppToken(file: NamedFile, json: string): Renewable {
  const { expiresAt, organisation, location, simulated } = parseTokenContent(file, json);
  return {
    expiring: {
      kind: "vpp-token",
      // full-width characters are replaced by _ in file names, so 東京 and 大阪 would get the same name
      name: (/[^_]/.test(location ?? "") ? location : organisation) ?? file.name,
      expiresAt,
      validFrom: null,
      certainty: "exact",
      fingerprint: fingerprintOf(file.bytes),
      topic: null,
      organisation,
    },
    evidence: { of: "vpp-token", location },
    ...(simulated && { simulated }),
  };
}

function parseTokenContent(file: NamedFile, json: string): Omit<VppToken, "token"> {
  const token = parseObject(json);
  const written = token && getNonEmptyText(token, "expDate");
  if (token === undefined || written === undefined || getNonEmptyText(token, "token") === undefined) {
    throw createRejectedFileFailure(
      file.name,
      text("not a content token, or the token is damaged", "サービストークンではないか、壊れています"),
    );
  }
  const expiresAt = parseInstant(written);
  if (expiresAt === undefined) {
    throw createRejectedFileFailure(
      file.name,
      text("the token's expDate is not a date", "トークンの expDate が日時ではありません"),
    );
  }
  const organisation = getNonEmptyText(token, "orgName") ?? null;
  const location = CONTENT_TOKEN_NAME_PATTERN.exec(file.name.normalize("NFC"))?.groups?.["location"] ?? null;
  return { expiresAt, organisation, location, simulated: isSimulatedName(organisation) };
}
