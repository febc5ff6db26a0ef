import { line, type CommandLine } from "../../advice/index.ts";
import { formatTwoFactorPhone, type RenewalItem, type RenewalKind } from "../../model/renewal.ts";
import { text, type Text } from "../../text/index.ts";
import { isUploadedKind } from "../upload.ts";

const ADMINISTRATOR_APPLE_ACCOUNT = text("the administrator's Apple Account", "管理用 Apple Account");
const APPLE_DEVELOPER_ACCOUNT = text("the Apple Developer account", "Apple Developer アカウント");
const OTHER_ACCOUNT = text("the account", "アカウント");

/** The account with which an item is renewed, by kind.  @see seed 002, 4 */
const RENEWAL_ACCOUNTS: Readonly<Record<RenewalKind, Text>> = {
  "push-certificate": text("the Apple Account", "Apple Account"),
  "ade-token": ADMINISTRATOR_APPLE_ACCOUNT,
  "vpp-token": ADMINISTRATOR_APPLE_ACCOUNT,
  "android-owner": text("the Google account", "Google アカウント"),
  "agent-build-certificate": APPLE_DEVELOPER_ACCOUNT,
  "agent-push-certificate": APPLE_DEVELOPER_ACCOUNT,
  "agent-profile": APPLE_DEVELOPER_ACCOUNT,
  "device-certificate": OTHER_ACCOUNT,
  certificate: OTHER_ACCOUNT,
  custom: OTHER_ACCOUNT,
};

/**
 * Returns `the Apple Account push@example.jp`, or a description of the account if it is not recorded. In Japanese, the
 * next word follows immediately, so the text ends with a space if its last character is a half-width letter.
 */
export function describeRenewalAccount(kind: RenewalKind, known: RenewalItem | null): Text {
  const { en, ja } = RENEWAL_ACCOUNTS[kind];
  const account = known?.account ?? null;
  if (account !== null) return text(`${en} ${account}`, `${ja}「${account}」`);
  const [before, behind] = [/^\w/, /\w$/].map((letter) => (letter.test(ja) ? " " : ""));
  return text(`${en} used last time`, `前回使った${before}${ja}${behind}`);
}

/** Describes the phone that receives the second factor, with its number and location if they are recorded. */
export const describePhone = (known: RenewalItem | null): Text => {
  const recorded = known === null ? null : formatTwoFactorPhone(known);
  return recorded === null
    ? text("the phone that receives the account's 2-factor code", "2ファクタ認証コードを受け取る電話")
    : text(
        `the phone that receives the account's 2-factor code (${recorded})`,
        `2ファクタ認証コードを受け取る電話(${recorded})`,
      );
};

const OLD_FILE_PLACEHOLDER = "OLD";

/** Returns the command that compares a new file with the file in use. */
export const buildVerifyCommand = (
  known: RenewalItem | null,
  files: { readonly new: string; readonly csr?: string },
): CommandLine => line("renewals verify", [], { current: known?.source ?? OLD_FILE_PLACEHOLDER, ...files });

/** File name of a signing request, the same as in the console.  @see facts 3.3 */
export const REQUEST_FILE = "CertificateSigningRequest.csr";

/** The name of the file that Apple's portal offers for download. */
export const PUSH_CERTIFICATE_FILE = "MDM_i3Systems,Inc._Certificate.pem";

/** The file that a renewal gives, or how to record a renewal without a file. */
const RENEWED_FILES: Readonly<Record<RenewalKind, string | { readonly signedIn?: string; readonly expires?: string }>> =
  {
    "push-certificate": PUSH_CERTIFICATE_FILE,
    "ade-token": "SERVER_Token_TIMEZ_smime.p7m",
    "vpp-token": "sToken_for_PLACE_.vpptoken",
    "android-owner": { signedIn: "DATE" },
    "agent-build-certificate": "FILE",
    "agent-push-certificate": "FILE",
    "agent-profile": "FILE",
    "device-certificate": { expires: "DATE" },
    certificate: "FILE",
    custom: { expires: "DATE" },
  };

/** Returns the command that records the renewal, or adds the item. */
export function buildRecordCommand(kind: RenewalKind, known: RenewalItem | null): CommandLine {
  const by = RENEWED_FILES[kind];
  if (known === null) {
    const { signedIn: lastLogin, expires } = typeof by === "string" ? {} : by;
    return line("renewals add", ["NAME"], { kind, lastLogin, expires, file: typeof by === "string" ? by : undefined });
  }
  const { name } = known;
  if (typeof by === "string")
    return line("renewals renew", [name, by], { consoleShows: isUploadedKind(kind) ? "DATE" : undefined });
  return by.expires === undefined
    ? line("renewals renew", [name], { ...by, by: "NAME" })
    : line("renewals edit", [name], { expires: by.expires });
}
