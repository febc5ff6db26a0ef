import { basename } from "node:path";
import { type CheckResult, isMerelyEarly, summaryOf, urgentOf } from "../check.ts";
import type { Checked } from "../judge.ts";
import { RENEWAL_STATES } from "../../model/renewal.ts";
import { counted, text, type Language, type Text } from "../../text/index.ts";

/** Monitoring systems cut a longer line, in the middle of a figure; Nagios itself at 8192 bytes. */
const MOST_BYTES = 8000;
const MOST_NAMED = 5;
const LONGEST_NAME = 60;
const LONGEST_FINDING = 240;
const LONGEST_LABEL = 120;

/**
 * One line for a monitoring system: state, what is due, and the days left of each thing as performance data. It ends
 * without a line end.
 *
 * @see monitoring-plugins guideline, 2 (output) and 2.6 (performance data): `'label'=value[UOM];[warn];[crit];[min];[max]`
 */
export function nagiosLine(result: CheckResult, language: Language): string {
  const said = `${headOf(result.state)} - ${sentence(result, language)}`;
  const figures = performanceData(result, MOST_BYTES - Buffer.byteLength(said) - 3);
  return figures === "" ? said : `${said} | ${figures}`;
}

/** The line of a check that could not be done at all. */
export const nagiosFailure = (reason: Text, language: Language): string =>
  `${headOf("unknown")} - ${shorten(plain(reason[language]), 500)}`;

const headOf = (state: CheckResult["state"]): string => `RENEWALS ${state.toUpperCase()}`;

function sentence(result: CheckResult, language: Language): string {
  const urgent = urgentOf(result);
  const named = urgent.slice(0, MOST_NAMED).map((checked) => describe(checked, result)[language]);
  const all = [...named, ...(urgent.length > MOST_NAMED ? ["…"] : [])].join("; ");
  return plain(`${summaryOf(result)[language]}${all === "" ? "" : `: ${all}`}`);
}

function describe(checked: Checked, { thresholds }: CheckResult): Text {
  const { level, kind, name, organisation, context, source, expiresOn, daysLeft, remark, finding, state } = checked;
  if (finding !== undefined && remark !== null) {
    // a line to type is there as a whole or not at all
    const of = (language: Language): string =>
      `${context ?? ""}: ${remark[language].length > LONGEST_FINDING ? shorten(finding.what[language], LONGEST_FINDING) : remark[language]}`;
    return text(of("en"), of("ja"));
  }
  const file = context === null && source !== null ? basename(source) : null;
  const place = [context ?? file, organisation].filter((part) => part !== null).join("/");
  const who = shorten(place === "" || kind === null ? name : `${name} (${place})`, LONGEST_NAME);
  if (level === "unknown" || daysLeft === null) {
    const reason = remark ?? text("no date", "期限不明");
    return text(`${who}: ${shorten(reason.en, LONGEST_NAME)}`, `${who}: ${shorten(reason.ja, LONGEST_NAME)}`);
  }
  if (remark !== null && isMerelyEarly(checked, thresholds)) {
    const { en, ja } = remark;
    return text(
      `${who} ${expiresOn} (${shorten(en, LONGEST_NAME)})`,
      `${who} ${expiresOn}(${shorten(ja, LONGEST_NAME)})`,
    );
  }
  const more = state === "downloaded" ? RENEWAL_STATES.downloaded : undefined;
  return text(
    `${who} ${expiresOn} (${counted(daysLeft, "day")}${more === undefined ? "" : `; ${more.en}`})`,
    `${who} ${expiresOn}(${daysLeft} 日${more === undefined ? "" : `、${more.ja}`})`,
  );
}

/** Days have no unit of their own there. A range from minus infinity, inverted: it alerts within, up to its end. */
function performanceData({ checked, thresholds }: CheckResult, mostBytes: number): string {
  const ranges = `@~:${thresholds.withinDays};@~:${thresholds.criticalDays};;`;
  const taken = new Set<string>();
  let line = "";
  for (const one of checked) {
    if (one.daysLeft === null) continue;
    const label = unusedLabel(one, taken);
    const figure = `${line === "" ? "" : " "}'${label}'=${one.daysLeft};${ranges}`;
    if (Buffer.byteLength(line) + Buffer.byteLength(figure) > mostBytes) return line;
    taken.add(label);
    line += figure;
  }
  return line;
}

/** A file's own label is the file: a certificate keeps it when it is renewed. */
function unusedLabel({ name, organisation, context, source }: Checked, taken: ReadonlySet<string>): string {
  const parts = context === null && source !== null ? [source, name] : [context, name, organisation];
  const label = shorten(plain(parts.filter((part) => part !== null).join(" ")).replaceAll(/['=]/g, "_"), LONGEST_LABEL);
  let unused = label;
  for (let count = 2; taken.has(unused); count += 1) unused = `${label} (${count})`;
  return unused;
}

/** In one line, and without the mark before the performance data. */
const plain = (words: string): string => words.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}|]/gu, "_");

function shorten(words: string, most: number): string {
  const characters = [...words];
  return characters.length <= most ? words : `${characters.slice(0, most - 1).join("")}…`;
}
