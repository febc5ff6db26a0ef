import type { Text } from "../../text/index.ts";
import type { ItemId } from "./titles.ts";

/** What can be missing, or wrong; ours, where facts do not say it. */
export const GAP_CODES = [
  // what is known
  "unsaid",
  "unanswered",
  "answer-old",
  "differs",
  // the contact person
  "contact-unknown",
  "nobody-files",
  "contract-ends",
  // accounts of CLOMO PANEL
  "leaver-role",
  "leaver-support-option",
  "support-option-rule",
  "no-support-option",
  "no-notice-mail",
  "mailbox-unread",
  "one-system-administrator",
  "shared-account",
  "several-accounts",
  "other-person",
  "nobody-named",
  "no-backup-codes",
  // accounts at Apple and Google
  "personal-account",
  "no-second-owner",
  "renewal-expired",
  "renewal-critical",
  "renewal-near",
  "not-recorded",
  "which-one",
  "renewal-lacks",
  // what is in the hands of who leaves
  "leaver-holds",
  "leaver-recipient",
  "leaver-schedule",
  // clomoctl
  "no-schedule",
  "no-recent-run",
  "no-recipients",
] as const;

export type GapCode = (typeof GAP_CODES)[number];

/** Something that the successor would lack. */
export interface Gap {
  readonly code: GapCode;
  readonly item: ItemId;
  readonly what: Text;
  /** what to type, or to do */
  readonly mend: Text;
}
