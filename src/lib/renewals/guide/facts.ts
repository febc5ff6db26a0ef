import { line, type CommandLine } from "../../advice/index.ts";
import { formatTwoFactorPhone, type RenewalItem, type RenewalKind } from "../../model/renewal.ts";
import { same, text, type Text } from "../../text/index.ts";
import { buildConfirmCommand, isUploadedKind, stateOf } from "../download.ts";

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

const RECORDING_OPTIONS: Readonly<Record<RenewalKind, { readonly file?: string; readonly expires?: string }>> = {
  "push-certificate": { file: PUSH_CERTIFICATE_FILE },
  "ade-token": { file: "SERVER_Token_TIMEZ_smime.p7m" },
  "vpp-token": { file: "sToken_for_PLACE_.vpptoken" },
  "android-owner": {},
  "agent-build-certificate": { file: "FILE" },
  "agent-push-certificate": { file: "FILE" },
  "agent-profile": { file: "FILE" },
  "device-certificate": { expires: "DATE" },
  certificate: { file: "FILE" },
  custom: { expires: "DATE" },
};

/** Returns the commands to record the renewal (or add the item) and to confirm it once the console shows the date. */
export function buildRecordFacts(
  kind: RenewalKind,
  known: RenewalItem | null,
  isOneOfSeveral: boolean,
): { readonly record: Text | null; readonly confirm: Text | null } {
  if (known !== null && stateOf(known) === "downloaded")
    return { record: null, confirm: same(buildConfirmCommand(known)) };
  const by = RECORDING_OPTIONS[kind];
  const isLogin = Object.keys(by).length === 0;
  const name = known?.name ?? "NAME";
  const isNew = known === null && !isOneOfSeveral;
  const record = isNew
    ? line("renewals add", ["NAME"], { kind, ...(isLogin ? { lastLogin: "DATE" } : by) })
    : isLogin
      ? line("renewals confirm", [name])
      : line("renewals edit", [name], by);
  return { record: same(record), confirm: isNew || !isUploadedKind(kind) ? null : same(buildConfirmCommand({ name })) };
}
