import { line } from "../../advice/index.ts";
import { phoneWords, type RenewalItem, type RenewalKind } from "../../model/renewal.ts";
import { same, text, type Text } from "../../text/index.ts";
import { confirmLine, isUploaded, stateOf } from "../download.ts";

const ADMINISTERING = text("the administrator's Apple Account", "管理用 Apple Account");
const APPLE_DEVELOPER = text("the Apple Developer account", "Apple Developer アカウント");
const ACCOUNT = text("the account", "アカウント");

/** Whose account renews it. @see seed 002, 4 */
const ACCOUNTS: Readonly<Record<RenewalKind, Text>> = {
  "push-certificate": text("the Apple Account", "Apple Account"),
  "ade-token": ADMINISTERING,
  "vpp-token": ADMINISTERING,
  "android-owner": text("the Google account", "Google アカウント"),
  "agent-build-certificate": APPLE_DEVELOPER,
  "agent-push-certificate": APPLE_DEVELOPER,
  "agent-profile": APPLE_DEVELOPER,
  "device-certificate": ACCOUNT,
  certificate: ACCOUNT,
  custom: ACCOUNT,
};

/**
 * Returns `the Apple Account push@example.jp`, or what to look for if the account is not recorded. In Japanese a word
 * follows immediately, so half-width letters at the end include a space.
 */
export function accountOf(kind: RenewalKind, known: RenewalItem | null): Text {
  const { en, ja } = ACCOUNTS[kind];
  const account = known?.account ?? null;
  if (account !== null) return text(`${en} ${account}`, `${ja}「${account}」`);
  const [before, behind] = [/^\w/, /\w$/].map((letter) => (letter.test(ja) ? " " : ""));
  return text(`${en} used last time`, `前回使った${before}${ja}${behind}`);
}

/** Returns the phone of the second factor, with its number and place as far as they are recorded. */
export const phoneOf = (known: RenewalItem | null): Text => {
  const recorded = known === null ? null : phoneWords(known);
  return recorded === null
    ? text("the phone that receives its 2-factor code", "2ファクタ認証コードを受け取る電話")
    : text(`the phone that receives its 2-factor code (${recorded})`, `2ファクタ認証コードを受け取る電話(${recorded})`);
};

/** The name that stands for the file in use if it is not recorded. */
const OLD_FILE = "OLD";

/** Returns the line that compares a new file with the one in use. */
export const verifyLine = (known: RenewalItem | null, files: { readonly new: string; readonly csr?: string }): string =>
  line("renewals verify", [], { current: known?.source ?? OLD_FILE, ...files });

/** Whether words compare a new file with one that is not recorded. */
export const comparesUnknownFile = (words: Text | undefined): boolean =>
  words?.en.includes(`--current ${OLD_FILE} `) === true;

/** The file that Apple's portal writes. */
export const PUSH_CERTIFICATE_FILE = "MDM_i3Systems,Inc._Certificate.pem";

/** How the renewal of a kind is recorded; by a login if there is neither a file nor a date. */
const RECORDED_BY: Readonly<Record<RenewalKind, { readonly file?: string; readonly expires?: string }>> = {
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

/** Returns how the renewal is recorded, and confirmed once the console shows the new date. An item that is not recorded is added. */
export function recordFacts(
  kind: RenewalKind,
  known: RenewalItem | null,
  isOneOfSeveral: boolean,
): { readonly record: Text | null; readonly confirm: Text | null } {
  if (known !== null && stateOf(known) === "downloaded") return { record: null, confirm: same(confirmLine(known)) };
  const by = RECORDED_BY[kind];
  const isLogin = Object.keys(by).length === 0;
  const name = known?.name ?? "NAME";
  const isNew = known === null && !isOneOfSeveral;
  const record = isNew
    ? line("renewals add", ["NAME"], { kind, ...(isLogin ? { lastLogin: "DATE" } : by) })
    : isLogin
      ? line("renewals confirm", [name])
      : line("renewals edit", [name], by);
  return { record: same(record), confirm: isNew || !isUploaded(kind) ? null : same(confirmLine({ name })) };
}
