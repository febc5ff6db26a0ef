import { text } from "../text/index.ts";
import { parseObject, stringIn } from "./encoding/foreign.ts";
import { instantOfText } from "./encoding/instant.ts";
import { unwrapped, writtenIn } from "./encoding/pem.ts";
import { CONTENT_TOKEN_NAME } from "../model/download-names.ts";
import { MAX_BYTES } from "../model/renewal.ts";
import { fingerprintOf, rejected, type NamedFile, type Renewable } from "./renewable.ts";
import { isSimulatedName } from "./simulated.ts";

/** A content token (VPP) with its secret. */
export interface VppToken {
  /** the file's own text, which is the bearer: a secret */
  readonly token: string;
  /** UTC instant */
  readonly expiresAt: string;
  /** the organisation's name in Apple's portal; null where the file does not tell it */
  readonly organisation: string | null;
  /** the place in Apple's portal, by the file's name: full-width characters are `_`; null where that does not tell it */
  readonly location: string | null;
  /** made by `ade simulator` */
  readonly simulated: boolean;
}

/**
 * Opens a content token (VPP), with its secret.
 *
 * @throws Failure `input-rejected` when it is something else or its date is invalid; it tells nothing of the content
 * @see apple 5: the bearer is the file's base64 itself
 */
export function openVppToken(file: NamedFile): VppToken {
  const inside = file.bytes.length > MAX_BYTES ? undefined : unwrapped(writtenIn(file.bytes));
  const token = inside?.toString("base64") ?? "";
  return { token, ...contentOf(file, inside?.toString("utf8") ?? "") };
}

/**
 * A content token (VPP) from its JSON: `{token, expDate, orgName}`. The token itself stays here.
 *
 * @throws `input-rejected` when it is something else or its date is invalid
 * @see facts 3.5 (the file's name) and Fleet, server/mdm/apple/vpp/api.go (the JSON)
 */
export function vppTokenOf(file: NamedFile, json: string): Renewable {
  const { expiresAt, organisation, location, simulated } = contentOf(file, json);
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
    ...(simulated && { simulated }),
  };
}

function contentOf(file: NamedFile, json: string): Omit<VppToken, "token"> {
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
  const location = CONTENT_TOKEN_NAME.exec(file.name.normalize("NFC"))?.groups?.["location"] ?? null;
  return { expiresAt, organisation, location, simulated: isSimulatedName(organisation) };
}
