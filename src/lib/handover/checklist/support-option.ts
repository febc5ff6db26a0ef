import { line } from "../../advice/index.ts";
import { text } from "../../text/index.ts";

const CREATE = line("clomo-account create", ["USER"], {
  account: "NAME",
  role: "system",
  supportOption: true,
  noticeMail: true,
});
const GRANT = line("clomo-account grant", ["ACCOUNT"], { role: "system", supportOption: true, noticeMail: true });

/** How somebody becomes a system administrator who holds the support option; the account comes first. @see seed 003, 5 */
export const GIVE_SUPPORT_OPTION = text(
  `who has no CLOMO account yet, first: ${CREATE} (in the console: Users/Org > Add User, then the user > 「CLOMO アカウント」 > 「編集」); who has one: ${GRANT}`,
  `CLOMO アカウントがまだない人は先に: ${CREATE}(管理画面では Users/Org > Add User、作成したユーザー > 「CLOMO アカウント」 > 「編集」)。ある人は: ${GRANT}`,
);
