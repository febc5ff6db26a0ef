import type { CommandLine, Step } from "../advice/index.ts";
import { LEVEL_NAMES, type Level } from "../document/level.ts";
import { text, type Text } from "../text/index.ts";

/** The subjects of problems with who is notified of renewals. The keys appear in output that programs read. */
export const FINDING_SUBJECTS = {
  "support-option": text("support option", "サポートオプション"),
  "system-administrators": text("system administrators", "システム管理者"),
  owner: text("owner", "更新担当"),
  recipient: text("recipient", "通知先"),
} as const satisfies Record<string, Text>;

/** A problem with who is notified of renewals. */
export interface Finding {
  readonly about: keyof typeof FINDING_SUBJECTS;
  readonly level: "critical" | "warning";
  /** the name of the renewal item, or the email address of the recipient */
  readonly item?: string | undefined;
  readonly what: Text;
  /** words in capitals are placeholders that the user replaces */
  readonly next: Step & { readonly line: CommandLine };
}

const NEEDS_ATTENTION = text("needs attention", "要確認");

/** Names the level of an item or of a finding. A finding has no expiry date, so that its warning is not 期限間近. */
export const nameLevel = ({
  level,
  finding,
}: {
  readonly level: Level;
  readonly finding?: Finding | undefined;
}): Text => (finding !== undefined && level === "warning" ? NEEDS_ATTENTION : LEVEL_NAMES[level]);
