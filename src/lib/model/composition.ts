import { text, type Text } from "../text/index.ts";

/** What the name of an account is composed of (CLOMO アカウントを構成する情報). @see seed 001 */
export const COMPOSITIONS = {
  "free-text": text("free text", "任意の文字列"),
  "mail-address": text("mail address of the user", "ユーザーのメールアドレス"),
  "mail-local-part": text("local part of the mail address", "ユーザーのメールアドレスローカル部"),
  "employee-code": text("employee code of the user", "ユーザーに付与された社員コード"),
  "google-workspace": text("Google Workspace address", "Google Workspace(旧 G Suite)メールアドレス"),
  salesforce: text("Salesforce account", "Salesforce アカウント"),
} as const satisfies Record<string, Text>;

export type Composition = keyof typeof COMPOSITIONS;

/** What of a user an account's name is composed of. */
export interface NameParts {
  readonly emails: readonly string[];
  readonly employeeCode: string | null;
  readonly googleWorkspaceEmail: string | null;
  readonly salesforceAccount: string | null;
}

/** The account name of a user; null where the user lacks what it is composed of, and undefined of free text. */
export const composedName = (composition: Composition, user: NameParts): string | null | undefined => {
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
