import { compareByUrgency, describeFinding, type Finding } from "../finding.ts";
import { toPlainCommands } from "../../terminal/commands.ts";
import { shortenText, type Language, type Text } from "../../text/index.ts";
import { DEFAULT_THRESHOLDS, type Thresholds } from "../expiry-status.ts";
import { renderPluginLine, type PluginState } from "../plugin.ts";

const MAX_NAMED_FINDINGS = 5;
const MAX_FINDING_LENGTH = 240;

export interface NagiosReport {
  readonly service: string;
  readonly state: PluginState;
  readonly summary: Text;
  readonly findings: readonly Finding[];
  readonly thresholds?: Thresholds;
}

export function renderNagiosLine(report: NagiosReport, language: Language): string {
  const { service, state, summary, findings, thresholds = DEFAULT_THRESHOLDS } = report;
  const urgent = findings.filter(({ level }) => level !== "ok").toSorted(compareByUrgency);
  const named = urgent.slice(0, MAX_NAMED_FINDINGS).map((finding, at) => {
    // only the most urgent finding shows its next step, because phones display only the beginning
    const { [language]: words } = describeFinding(at === 0 ? finding : { ...finding, next: null });
    return shortenText(toPlainCommands(words, {}), MAX_FINDING_LENGTH);
  });
  const all = [...named, ...(urgent.length > MAX_NAMED_FINDINGS ? ["…"] : [])].join("; ");
  const sentence = `${summary[language]}${all === "" ? "" : `: ${all}`}`;
  return renderPluginLine(service, state, sentence, buildFigures(findings, thresholds));
}

/** The range `@~:N` alerts if a value is at most N. */
function* buildFigures(findings: readonly Finding[], { withinDays, criticalDays }: Thresholds) {
  yield { label: "findings", value: findings.filter(({ level }) => level !== "ok").length, ranges: ";;0;" };
  const ranges = `@~:${withinDays};@~:${criticalDays};;`;
  for (const { tenant, item } of findings) {
    if (item === undefined || item.daysLeft === null) continue;
    const parts = [tenant, item.name, item.context === null ? null : item.organisation];
    yield { label: parts.filter((part) => part !== null).join(" "), value: item.daysLeft, ranges };
  }
}
