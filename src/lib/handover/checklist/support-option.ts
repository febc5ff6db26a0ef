import { line } from "../../advice/index.ts";
import { text } from "../../text/index.ts";

const CREATE_ACCOUNT_COMMAND = line("clomo-account create", ["USER"], {
  account: "NAME",
  role: "system",
  supportOption: true,
  noticeMail: true,
});
const GRANT_ROLE_COMMAND = line("clomo-account edit", ["ACCOUNT"], {
  role: "system",
  supportOption: true,
  noticeMail: true,
});

/** How to make an existing account a system administrator with the support option.  @see seed 003, 5 */
export const SUPPORT_OPTION_INSTRUCTIONS = text(
  `if the person does not have a CLOMO account yet: ${CREATE_ACCOUNT_COMMAND} (in the console: Users/Org > Add User, then the user > 「CLOMO アカウント」 > 「編集」); if the person has an account: ${GRANT_ROLE_COMMAND}`,
  `CLOMO アカウントがまだない人の場合: ${CREATE_ACCOUNT_COMMAND}(管理画面では Users/Org > Add User、作成したユーザー > 「CLOMO アカウント」 > 「編集」)。アカウントがある人の場合: ${GRANT_ROLE_COMMAND}`,
);
