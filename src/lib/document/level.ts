import { text, type Text } from "../text/index.ts";

/** How urgent something is; `unknown` is never `ok`. */
export type Level = "ok" | "warning" | "critical" | "expired" | "unknown";

/** The words for the levels, wherever people read them; programs read the keys. */
export const LEVEL_NAMES: Readonly<Record<Level, Text>> = {
  ok: text("ok", "余裕あり"),
  warning: text("warning", "期限間近"),
  critical: text("critical", "至急"),
  expired: text("expired", "期限切れ"),
  unknown: text("unknown", "期限不明"),
};

/** The most urgent first. */
export const LEVELS: readonly Level[] = ["expired", "unknown", "critical", "warning", "ok"];
