import { renderAdvice, type Advice } from "../../lib/advice/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { text, type Text } from "../../lib/text/index.ts";
import type { Tools } from "../tools.ts";

/** How a thing was found, in words: a warning works, but is worth looking at; a problem does not work. */
export const STATE_NAMES = {
  problem: text("problem", "問題"),
  warning: text("warning", "警告"),
  ok: text("ok", "正常"),
} as const satisfies Readonly<Record<string, Text>>;

export type CheckState = keyof typeof STATE_NAMES;

/** What is checked, and what people call it. */
export const CHECK_NAMES = {
  node: text("Node.js", "Node.js"),
  "character-sets": text("character sets", "文字コード"),
  clock: text("clock", "時計"),
  terminal: text("terminal", "ターミナル"),
  completion: text("completion", "Tab 補完"),
  manual: text("manual pages", "マニュアルページ"),
  home: text("home", "ホーム"),
  "sealing-key": text("sealing key", "暗号化の鍵"),
  permissions: text("permissions", "アクセス権"),
  space: text("free space", "空き容量"),
  "file-system": text("file system", "ファイルシステム"),
  "temporary-files": text("temporary files", "一時ファイル"),
  contexts: text("contexts", "コンテキスト"),
  tenant: text("tenant", "テナント"),
  lock: text("lock", "ロック"),
  audit: text("audit", "監査ログ"),
  plans: text("plans", "確定待ちの計画"),
  uploads: text("uploads", "管理画面の照合待ち"),
  console: text("console tasks", "管理画面での作業"),
  mirror: text("age of the mirror", "データの新しさ"),
  ade: text("ADE", "ADE"),
  sources: text("files of renewals", "更新期限のファイル"),
  schedule: text("daily run", "毎日の自動実行"),
  notify: text("notices", "通知"),
  secrets: text("secrets of notices", "通知の機密情報"),
  "mail-server": text("mail server", "メールサーバー"),
} as const satisfies Readonly<Record<string, Text>>;

export type CheckName = keyof typeof CHECK_NAMES;

/** What a check found. */
export interface Finding {
  readonly check: CheckName;
  readonly state: CheckState;
  /** whose tenant; undefined where it is of the machine or the home */
  readonly context?: string | undefined;
  readonly what: Text;
  /** what to do or to type, where it is worth it */
  readonly mend?: Text | undefined;
}

/** Says what is right of a check. */
export const ok = (check: CheckName, what: Text): Finding => ({ check, state: "ok", what });

/** Says what works and is worth looking at. @param mend what to do or to type */
export const warning = (check: CheckName, what: Text, mend: Advice): Finding => ({
  check,
  state: "warning",
  what,
  mend: renderAdvice(mend),
});

/** Says what does not work. @param mend what to do or to type */
export const problem = (check: CheckName, what: Text, mend: Advice): Finding => ({
  ...warning(check, what, mend),
  state: "problem",
});

/** A failure as what a check found. */
export function failed(check: CheckName, error: unknown): Finding {
  if (error instanceof Failure) {
    const { what, where, hint } = error;
    const at = where === undefined ? what : text(`${what.en}: ${where}`, `${what.ja}: ${where}`);
    return { check, state: "problem", what: at, mend: hint };
  }
  const reason = error instanceof Error ? error.message : String(error);
  return { check, state: "problem", what: text(`the check failed: ${reason}`, `確認できませんでした: ${reason}`) };
}

/** What some checks find; whatever stops them is a finding too, under the name of `check`. @throws `interrupted` */
export async function found(
  { signal }: Pick<Tools, "signal">,
  check: CheckName,
  look: () => Promise<readonly Finding[]> | readonly Finding[],
): Promise<readonly Finding[]> {
  signal.throwIfAborted();
  try {
    return await look();
  } catch (error) {
    signal.throwIfAborted();
    return [failed(check, error)];
  }
}
