import type { Text } from "../../text/index.ts";
import type { Question } from "./question.ts";
import type { ItemId } from "./titles.ts";

/** What can be missing or wrong. Codes that the facts do not mention are clomoctl's own. */
export const GAP_CODES = [
  // gaps that concern answers
  "unsaid",
  "unanswered",
  "answer-old",
  // gaps that concern the contact person
  "contact-unknown",
  "nobody-files",
  "contract-ends",
  // gaps that concern CLOMO accounts
  "leaver-role",
  "leaver-support-option",
  "support-option-rule",
  "no-support-option",
  "no-notice-mail",
  "mailbox-unread",
  "one-system-administrator",
  "nobody-named",
  "no-backup-codes",
  // gaps that concern accounts and renewal items at Apple and Google
  "personal-account",
  "no-second-owner",
  "renewal-expired",
  "renewal-critical",
  "renewal-near",
  "not-recorded",
  "which-one",
  // gaps that concern what depends on the leaver
  "leaver-holds",
] as const;

export type GapCode = (typeof GAP_CODES)[number];

/** Something that is missing or wrong. */
export interface Gap {
  readonly code: GapCode;
  readonly item: ItemId;
  readonly what: Text;
  /** what to type or to do */
  readonly mend: Text;
  /** the question whose answer closes the gap */
  readonly question?: Pick<Question, "id" | "about"> | undefined;
}
