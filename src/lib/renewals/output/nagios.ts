import { basename } from "node:path";
import { type CheckResult, isOnlyNotYetValid, describeCheckResult, listUrgentItems } from "../check.ts";
import type { CheckedItem } from "../judge.ts";
import { RENEWAL_STATES } from "../../model/renewal.ts";
import { formatCount, text, type Language, type Text } from "../../text/index.ts";
import { renderPluginLine, shortenText, type PluginFigure } from "./plugin.ts";

const MAX_NAMED_ITEMS = 5;
const MAX_NAME_LENGTH = 60;
const MAX_FINDING_LENGTH = 240;

const RENEWALS_SERVICE = "RENEWALS";

/** Renders one line for a monitoring system: state, due items, and the days left of each item as performance data. */
export const renderNagiosLine = (result: CheckResult, language: Language): string =>
  renderPluginLine({
    service: RENEWALS_SERVICE,
    state: result.state,
    sentence: renderSentence(result, language),
    figures: buildFigures(result),
  });

function renderSentence(result: CheckResult, language: Language): string {
  const urgent = listUrgentItems(result);
  const named = urgent.slice(0, MAX_NAMED_ITEMS).map((checked) => describeItem(checked, result)[language]);
  const all = [...named, ...(urgent.length > MAX_NAMED_ITEMS ? ["…"] : [])].join("; ");
  return `${describeCheckResult(result)[language]}${all === "" ? "" : `: ${all}`}`;
}

function describeItem(checked: CheckedItem, { thresholds }: CheckResult): Text {
  const { level, kind, name, organisation, context, source, expiresOn, daysLeft, remark, state, rejection } = checked;
  const file = context === null && source !== null ? basename(source) : null;
  const place = [context ?? file, organisation].filter((part) => part !== null).join("/");
  const who = shortenText(place === "" || kind === null ? name : `${name} (${place})`, MAX_NAME_LENGTH);
  if (rejection !== undefined && level === "critical") {
    return text(
      `${who}: ${shortenText(rejection.what.en, MAX_FINDING_LENGTH)}`,
      `${who}: ${shortenText(rejection.what.ja, MAX_FINDING_LENGTH)}`,
    );
  }
  if (level === "unknown" || daysLeft === null) {
    const reason = remark ?? text("no date recorded", "期限が記録されていません");
    return text(
      `${who}: ${shortenText(reason.en, MAX_NAME_LENGTH)}`,
      `${who}: ${shortenText(reason.ja, MAX_NAME_LENGTH)}`,
    );
  }
  if (remark !== null && isOnlyNotYetValid(checked, thresholds)) {
    const { en, ja } = remark;
    return text(
      `${who} ${expiresOn} (${shortenText(en, MAX_NAME_LENGTH)})`,
      `${who} ${expiresOn}(${shortenText(ja, MAX_NAME_LENGTH)})`,
    );
  }
  const more = state === "downloaded" ? RENEWAL_STATES.downloaded : undefined;
  return text(
    `${who} ${expiresOn} (${formatCount(daysLeft, "day")}${more === undefined ? "" : `; ${more.en}`})`,
    `${who} ${expiresOn}(${daysLeft} 日${more === undefined ? "" : `、${more.ja}`})`,
  );
}

/**
 * Yields the days left of each item that has a date. Performance data has no unit for days. `@~:N` is the range from
 * minus infinity to N, inverted: it alerts if the value is inside.
 */
function* buildFigures({ checked, thresholds }: CheckResult): Generator<PluginFigure> {
  const ranges = `@~:${thresholds.withinDays};@~:${thresholds.criticalDays};;`;
  for (const one of checked) {
    if (one.daysLeft !== null) yield { label: labelOf(one), value: one.daysLeft, ranges };
  }
}

const labelOf = ({ name, organisation, context, source }: CheckedItem): string =>
  (context === null && source !== null ? [source, name] : [context, name, organisation])
    .filter((part) => part !== null)
    .join(" ");
