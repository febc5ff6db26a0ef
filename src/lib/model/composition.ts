import { text, type Text } from "../text/index.ts";

/** The console calls this setting CLOMO アカウントを構成する情報. @see seed 001 */
export const ACCOUNT_NAME_COMPOSITIONS = {
  "free-text": text("free text", "任意の文字列"),
  "mail-address": text("email address of the user", "ユーザーのメールアドレス"),
  "mail-local-part": text("local part of the email address", "ユーザーのメールアドレスローカル部"),
  "employee-code": text("employee code of the user", "ユーザーに付与された社員コード"),
  "google-workspace": text("Google Workspace address", "Google Workspace(旧 G Suite)メールアドレス"),
  salesforce: text("Salesforce account", "Salesforce アカウント"),
} as const satisfies Record<string, Text>;

export type AccountNameComposition = keyof typeof ACCOUNT_NAME_COMPOSITIONS;

export interface AccountNameParts {
  readonly emails: readonly string[];
  readonly employeeCode: string | null;
  readonly googleWorkspaceEmail: string | null;
  readonly salesforceAccount: string | null;
}

/** Returns null if the user lacks the required value; undefined if account names are free text. */
export const buildAccountName = (
  composition: AccountNameComposition,
  user: AccountNameParts,
): string | null | undefined => {
  const [email = null] = user.emails;
  switch (composition) {
    case "free-text":
      return undefined;
    case "mail-address":
      return email;
    case "mail-local-part":
      return email?.slice(0, email.lastIndexOf("@")) ?? null;
    case "employee-code":
      return user.employeeCode;
    case "google-workspace":
      return user.googleWorkspaceEmail;
    case "salesforce":
      return user.salesforceAccount;
  }
};
