import { renderAdvice, type Advice } from "../../lib/advice/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { text, type Text } from "../../lib/text/index.ts";
import type { Tools } from "../tools.ts";

/** Labels for the states of a check. A warning works but deserves attention; a problem does not work. */
export const CHECK_STATE_LABELS = {
  problem: text("problem", "問題"),
  warning: text("warning", "警告"),
  ok: text("ok", "正常"),
} as const satisfies Readonly<Record<string, Text>>;

export type CheckState = keyof typeof CHECK_STATE_LABELS;

export const CHECK_LABELS = {
  clock: text("clock", "時計"),
  node: text("Node.js", "Node.js"),
  home: text("home", "ホーム"),
  "sealing-key": text("sealing key", "暗号化の鍵"),
  permissions: text("permissions", "アクセス権"),
  contexts: text("contexts", "コンテキスト"),
  tenant: text("tenant", "テナント"),
  schedule: text("daily run", "毎日の自動実行"),
  notify: text("reminders", "通知"),
  secrets: text("reminder secrets", "通知用のパスワードなど"),
} as const satisfies Readonly<Record<string, Text>>;

export type CheckName = keyof typeof CHECK_LABELS;

export interface Finding {
  readonly check: CheckName;
  readonly state: CheckState;
  /** context whose tenant was checked; undefined if the finding is about the machine or the home */
  readonly context?: string | undefined;
  readonly what: Text;
  /** what to do or to type, if anything */
  readonly mend?: Text | undefined;
}

export const createOkFinding = (check: CheckName, what: Text): Finding => ({ check, state: "ok", what });

/** Creates a finding about something that works but deserves attention.  @param mend what to do or to type */
export const createWarningFinding = (check: CheckName, what: Text, mend: Advice): Finding => ({
  check,
  state: "warning",
  what,
  mend: renderAdvice(mend),
});

/** Creates a finding about something that does not work.  @param mend what to do or to type */
export const createProblemFinding = (check: CheckName, what: Text, mend: Advice): Finding => ({
  ...createWarningFinding(check, what, mend),
  state: "problem",
});

export function createFailureFinding(check: CheckName, error: unknown): Finding {
  if (error instanceof Failure) {
    const { what, where, hint } = error;
    const at = where === undefined ? what : text(`${what.en}: ${where}`, `${what.ja}: ${where}`);
    return { check, state: "problem", what: at, mend: hint };
  }
  const reason = error instanceof Error ? error.message : String(error);
  return { check, state: "problem", what: text(`the check failed: ${reason}`, `確認できませんでした: ${reason}`) };
}

/** Returns the findings of some checks; an error becomes a finding of `check`.  @throws `interrupted` */
export async function collectFindings(
  { signal }: Pick<Tools, "signal">,
  check: CheckName,
  look: () => Promise<readonly Finding[]> | readonly Finding[],
): Promise<readonly Finding[]> {
  signal.throwIfAborted();
  try {
    return await look();
  } catch (error) {
    signal.throwIfAborted();
    return [createFailureFinding(check, error)];
  }
}
