import { text, type Text } from "../text/index.ts";

export type Level = "ok" | "warning" | "critical" | "expired" | "unknown";

export const LEVEL_NAMES: Readonly<Record<Level, Text>> = {
  ok: text("ok", "余裕あり"),
  warning: text("warning", "期限間近"),
  critical: text("critical", "至急"),
  expired: text("expired", "期限切れ"),
  unknown: text("unknown", "期限不明"),
};
