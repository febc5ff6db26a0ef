import type { CommandLine, Step } from "../advice/index.ts";
import { text, type Text } from "../text/index.ts";

/** What may be wrong with who hears of renewals; programs read the keys. */
export const FINDINGS = {
  "support-option": text("support option", "サポートオプション"),
  "system-administrators": text("system administrators", "システム管理者"),
  owner: text("owner", "更新担当"),
  recipient: text("recipient", "通知先"),
  contact: text("contact person", "担当者"),
} as const satisfies Record<string, Text>;

/** Something that is wrong with who hears of renewals. */
export interface Finding {
  readonly about: keyof typeof FINDINGS;
  readonly level: "critical" | "warning";
  /** of an owner the name of what is to be renewed, of a recipient and of the contact person the mail address */
  readonly item?: string | undefined;
  readonly what: Text;
  /** words in capitals are left to be said */
  readonly next: Step & { readonly line: CommandLine };
}
