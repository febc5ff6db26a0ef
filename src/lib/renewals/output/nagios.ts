import { basename } from "node:path";
import { type CheckResult, isMerelyEarly, summaryOf, urgentOf } from "../check.ts";
import type { CheckedItem } from "../judge.ts";
import { RENEWAL_STATES } from "../../model/renewal.ts";
import { counted, text, type Language, type Text } from "../../text/index.ts";
import { pluginLine, shorten, type PluginFigure } from "./plugin.ts";

const MAX_NAMED = 5;
const MAX_NAME = 60;
const MAX_FINDING = 240;

const RENEWALS_SERVICE = "RENEWALS";

/**
 * Returns one line for a monitoring system: state, what is due, and the days left of each thing as performance data.
 *
 * @param problem of the check itself, such as metrics that could not be written
 */
export const nagiosLine = (result: CheckResult, language: Language, problem?: Text): string =>
  pluginLine({
    service: RENEWALS_SERVICE,
    state: result.state,
    sentence: `${problem === undefined ? "" : `${problem[language]}; `}${sentence(result, language)}`,
    figures: figuresOf(result),
  });

function sentence(result: CheckResult, language: Language): string {
  const urgent = urgentOf(result);
  const named = urgent.slice(0, MAX_NAMED).map((checked) => describe(checked, result)[language]);
  const all = [...named, ...(urgent.length > MAX_NAMED ? ["…"] : [])].join("; ");
  return `${summaryOf(result)[language]}${all === "" ? "" : `: ${all}`}`;
}

function describe(checked: CheckedItem, { thresholds }: CheckResult): Text {
  const { level, kind, name, organisation, context, source, expiresOn, daysLeft, remark, finding, state, rejection } =
    checked;
  if (finding !== undefined && remark !== null) {
    // a line to type is there as a whole or not at all
    const of = (language: Language): string =>
      `${context ?? ""}: ${remark[language].length > MAX_FINDING ? shorten(finding.what[language], MAX_FINDING) : remark[language]}`;
    return text(of("en"), of("ja"));
  }
  const file = context === null && source !== null ? basename(source) : null;
  const place = [context ?? file, organisation].filter((part) => part !== null).join("/");
  const who = shorten(place === "" || kind === null ? name : `${name} (${place})`, MAX_NAME);
  if (rejection !== undefined && level === "critical") {
    return text(
      `${who}: ${shorten(rejection.what.en, MAX_FINDING)}`,
      `${who}: ${shorten(rejection.what.ja, MAX_FINDING)}`,
    );
  }
  if (level === "unknown" || daysLeft === null) {
    const reason = remark ?? text("no date", "期限不明");
    return text(`${who}: ${shorten(reason.en, MAX_NAME)}`, `${who}: ${shorten(reason.ja, MAX_NAME)}`);
  }
  if (remark !== null && isMerelyEarly(checked, thresholds)) {
    const { en, ja } = remark;
    return text(`${who} ${expiresOn} (${shorten(en, MAX_NAME)})`, `${who} ${expiresOn}(${shorten(ja, MAX_NAME)})`);
  }
  const more = state === "downloaded" ? RENEWAL_STATES.downloaded : undefined;
  return text(
    `${who} ${expiresOn} (${counted(daysLeft, "day")}${more === undefined ? "" : `; ${more.en}`})`,
    `${who} ${expiresOn}(${daysLeft} 日${more === undefined ? "" : `、${more.ja}`})`,
  );
}

/** Days have no unit of their own there. A range from minus infinity, inverted: it alerts within, up to its end. */
function* figuresOf({ checked, thresholds }: CheckResult): Generator<PluginFigure> {
  const ranges = `@~:${thresholds.withinDays};@~:${thresholds.criticalDays};;`;
  for (const one of checked) {
    if (one.daysLeft !== null) yield { label: labelOf(one), value: one.daysLeft, ranges };
  }
}

/** A file's own label is the file: a certificate keeps it when it is renewed. */
const labelOf = ({ name, organisation, context, source }: CheckedItem): string =>
  (context === null && source !== null ? [source, name] : [context, name, organisation])
    .filter((part) => part !== null)
    .join(" ");
