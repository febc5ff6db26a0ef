import type { Ade } from "../../lib/client/index.ts";
import { assessAdeHealth, getSyncIntervalMs, isAdeMonitored } from "../../lib/model/ade-health.ts";
import type { PluginFigure, PluginResult } from "../../lib/renewals/output/plugin.ts";
import { formatCount, text, type Language, type Text } from "../../lib/text/index.ts";

const SERVICE_NAME = "ADE";

const NOT_MONITORED = {
  mirror: text(
    "not monitored by clomoctl: this tenant is a mirror, and the console syncs the devices",
    "clomoctl では監視しません。管理画面のミラーのため、デバイスの同期は管理画面で行います",
  ),
  token: text("no server token is set", "サーバートークンが設定されていません"),
} as const satisfies Record<string, Text>;

/** Returns a tenant's ADE state as a plugin result: `unknown` if ADE is not monitored, so as not to look healthy. */
export function buildAdePluginResult(
  ade: Ade,
  { now, language }: { readonly now: Date; readonly language: Language },
): PluginResult {
  if (!isAdeMonitored(ade)) {
    const why = ade.mirror ? NOT_MONITORED.mirror : NOT_MONITORED.token;
    return { service: SERVICE_NAME, state: "unknown", sentence: why[language], figures: [] };
  }
  const conditions = assessAdeHealth(ade, now);
  const state = conditions[0]?.level ?? "ok";
  const sentence =
    conditions.length === 0
      ? text(
          `${formatCount(ade.counts.present, "device")}, no problems`,
          `デバイス ${ade.counts.present} 台、問題なし`,
        )[language]
      : conditions.map(({ what, line }) => `${what[language]}: ${line}`).join("; ");
  return { service: SERVICE_NAME, state, sentence, figures: generatePluginFigures(ade, now) };
}

/** Plugin ranges of a number that causes a warning if it is 1 or more. */
const WARN_ABOVE_ZERO_RANGES = "0:0;;0;";

function* generatePluginFigures(ade: Ade, now: Date): Generator<PluginFigure> {
  const { present, notReady, missing, unreadable } = ade.counts;
  yield { label: "devices", value: present, ranges: ";;0;" };
  yield { label: "not ready", value: notReady, ranges: WARN_ABOVE_ZERO_RANGES };
  yield { label: "missing", value: missing, ranges: WARN_ABOVE_ZERO_RANGES };
  yield { label: "unreadable", value: unreadable, ranges: WARN_ABOVE_ZERO_RANGES };
  if (ade.lastSyncAt === null) return;
  const ageSeconds = Math.max(0, Math.round((now.getTime() - Date.parse(ade.lastSyncAt)) / 1000));
  yield { label: "sync age", value: ageSeconds, unit: "s", ranges: `${(2 * getSyncIntervalMs(ade)) / 1000};;0;` };
}
