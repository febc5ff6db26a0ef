import type { Ade } from "../../lib/client/index.ts";
import { adeHealth, syncIntervalMs, watchesAde } from "../../lib/model/ade-health.ts";
import type { PluginFigure, PluginResult } from "../../lib/renewals/output/plugin.ts";
import { counted, text, type Language, type Text } from "../../lib/text/index.ts";

const SERVICE = "ADE";

const NOT_WATCHED = {
  mirror: text(
    "not watched here: this tenant mirrors the console, where its devices are synced",
    "ここでは監視しません。管理画面のミラーのため、デバイスの同期は管理画面で行います",
  ),
  token: text("no server token is set", "サーバートークンが設定されていません"),
} as const satisfies Record<string, Text>;

/** Returns how a tenant's ADE stands, for a monitoring system. What is not watched is unknown: it must not look well. */
export function adePlugin(
  ade: Ade,
  { now, language }: { readonly now: Date; readonly language: Language },
): PluginResult {
  if (!watchesAde(ade)) {
    const why = ade.mirror ? NOT_WATCHED.mirror : NOT_WATCHED.token;
    return { service: SERVICE, state: "unknown", sentence: why[language], figures: [] };
  }
  const conditions = adeHealth(ade, now);
  const state = conditions[0]?.level ?? "ok";
  const sentence =
    conditions.length === 0
      ? text(
          `${counted(ade.counts.present, "device")}, nothing is wrong`,
          `デバイス ${ade.counts.present} 台、問題なし`,
        )[language]
      : conditions.map(({ what, line }) => `${what[language]}: ${line}`).join("; ");
  return { service: SERVICE, state, sentence, figures: figuresOf(ade, now) };
}

/** Ranges of a number that warns from one on. */
const FROM_ONE = "0:0;;0;";

function* figuresOf(ade: Ade, now: Date): Generator<PluginFigure> {
  const { present, notReady, missing, unreadable } = ade.counts;
  yield { label: "devices", value: present, ranges: ";;0;" };
  yield { label: "not ready", value: notReady, ranges: FROM_ONE };
  yield { label: "missing", value: missing, ranges: FROM_ONE };
  yield { label: "unreadable", value: unreadable, ranges: FROM_ONE };
  if (ade.lastSyncAt === null) return;
  const ageSeconds = Math.max(0, Math.round((now.getTime() - Date.parse(ade.lastSyncAt)) / 1000));
  yield { label: "sync age", value: ageSeconds, unit: "s", ranges: `${(2 * syncIntervalMs(ade)) / 1000};;0;` };
}
