import { line, type CommandLine } from "../../advice/index.ts";
import { formatTwoFactorPhone, type RenewalItem, type RenewalKind } from "../../model/renewal.ts";
import { text, type Text } from "../../text/index.ts";
import { isUploadedKind } from "../upload.ts";

const ADMINISTRATOR_APPLE_ACCOUNT = text("the administrator's Apple Account", "管理用 Apple Account");
const APPLE_DEVELOPER_ACCOUNT = text("the Apple Developer account", "Apple Developer アカウント");

/** @see seed 002, 4 */
const RENEWAL_ACCOUNTS: Readonly<Partial<Record<RenewalKind, Text>>> = {
  "push-certificate": text("the Apple Account", "Apple Account"),
  "ade-token": ADMINISTRATOR_APPLE_ACCOUNT,
  "vpp-token": ADMINISTRATOR_APPLE_ACCOUNT,
  "android-owner": text("the Google account", "Google アカウント"),
  "agent-build-certificate": APPLE_DEVELOPER_ACCOUNT,
  "agent-push-certificate": APPLE_DEVELOPER_ACCOUNT,
  "agent-profile": APPLE_DEVELOPER_ACCOUNT,
};

/** In Japanese, a space separates full-width characters from Latin letters. */
export function describeRenewalAccount(kind: RenewalKind, known: RenewalItem | null): Text {
  const { [kind]: named = text("the account", "アカウント") } = RENEWAL_ACCOUNTS;
  const { en, ja } = named;
  const account = known?.account ?? null;
  if (account !== null) return text(`${en} ${account}`, `${ja}「${account}」`);
  const [before, behind] = [/^\w/, /\w$/].map((letter) => (letter.test(ja) ? " " : ""));
  return text(`${en} that was used last time`, `前回使った${before}${ja}${behind}`);
}

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

export const buildVerifyCommand = (
  known: RenewalItem | null,
  files: { readonly new: string; readonly csr?: string },
): CommandLine => line("renewals verify", [], { current: known?.source ?? OLD_FILE_PLACEHOLDER, ...files });

/** @see facts 3.3 */
export const REQUEST_FILE = "CertificateSigningRequest.csr";

export const PUSH_CERTIFICATE_FILE = "MDM_i3Systems,Inc._Certificate.pem";

const RENEWED_FILES: Readonly<Partial<Record<RenewalKind, string>>> = {
  "push-certificate": PUSH_CERTIFICATE_FILE,
  "ade-token": "SERVER_Token_TIMEZ_smime.p7m",
  "vpp-token": "sToken_for_PLACE_.vpptoken",
};

export function buildRecordCommand(kind: RenewalKind, known: RenewalItem | null): CommandLine {
  const { [kind]: file = "FILE" } = RENEWED_FILES;
  const name = known?.name ?? "NAME";
  if (kind === "android-owner")
    return known === null
      ? line("renewals add", [name], { kind, lastLogin: "DATE" })
      : line("renewals renew", [name], { signedIn: "DATE", by: "NAME" });
  if (kind === "device-certificate" || kind === "custom")
    return known === null
      ? line("renewals add", [name], { kind, expires: "DATE" })
      : line("renewals edit", [name], { expires: "DATE" });
  return known === null
    ? line("renewals add", [name], { kind, file })
    : line("renewals renew", [name, file], { consoleShows: isUploadedKind(kind) ? "DATE" : undefined });
}
