import { compareByUrgency, describeFinding, type Finding } from "./finding.ts";
import { toPlainCommands } from "../terminal/commands.ts";
import { shortenText, type Language, type Text } from "../text/index.ts";
import { DEFAULT_THRESHOLDS, type Thresholds, type CheckedItem } from "./expiry-status.ts";
import { renderPluginLine, type PluginState, STATE_EXITS } from "./plugin.ts";
import type { Job } from "../model/job.ts";

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

type MetricSample = readonly [labels: string, value: number];

const LABEL_ESCAPES = new Map([
  ["\\", String.raw`\\`],
  ['"', String.raw`\"`],
  ["\n", String.raw`\n`],
]);

/** UTF-8 cannot represent an unpaired surrogate. */
const renderLabel = (name: string, value: string): string =>
  `${name}="${value.toWellFormed().replaceAll(/[\\"\n]/g, (sign) => LABEL_ESCAPES.get(sign) ?? sign)}"`;

const FINGERPRINT_DIGITS = 16;

export const renderLabels = (labels: Readonly<Record<string, string | null | undefined>>): string =>
  `{${Object.entries(labels)
    .map(([name, value]) => renderLabel(name, value ?? ""))
    .join(",")}}`;

const renderItemLabels = ({ context, kind, name, organisation, source, fingerprint: all }: CheckedItem): string =>
  renderLabels({ context, kind, name, organisation, source, fingerprint: all?.slice(0, FINGERPRINT_DIGITS) });

export const renderMetric = (name: string, help: string, samples: readonly MetricSample[], type = "gauge"): string =>
  `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${samples.map(([labels, value]) => `${name}${labels} ${value}\n`).join("")}`;

export interface MonitoredJob extends Job {
  readonly context: string;
}

interface PrometheusReport {
  readonly state: PluginState;
  readonly findings: readonly Finding[];
  readonly jobs?: readonly MonitoredJob[] | undefined;
}

const JOB_STATE_VALUES: Readonly<Record<Job["state"], number>> = { good: 0, partial: 1, failed: 2 };

/** @see https://prometheus.io/docs/instrumenting/exposition_formats/#text-format-details */
export function renderPrometheusText(
  items: readonly CheckedItem[],
  { state, findings, jobs = [] }: PrometheusReport,
  now: Date,
): string {
  // one sample per set of labels, because duplicates would make the whole file invalid
  const dated = new Map<string, number>();
  for (const item of items.toSorted(compareByUrgency)) {
    const labels = renderItemLabels(item);
    if (item.expiresAt !== null && !dated.has(labels)) dated.set(labels, Date.parse(item.expiresAt) / 1000);
  }
  const counted = Map.groupBy(findings, ({ context, group, level }) => renderLabels({ context, group, level }));
  const unreadable = items.length === 0 ? 1 : items.filter(({ level }) => level === "unknown").length;
  return [
    renderMetric("clomoctl_renewal_expiry_timestamp_seconds", "Expiry time of the item, in seconds since 1970.", [
      ...dated,
    ]),
    renderMetric("clomoctl_renewal_unreadable", "Number of items without an expiry date.", [["", unreadable]]),
    renderMetric("clomoctl_renewal_state", "0 ok, 1 warning, 2 critical, 3 unknown.", [["", STATE_EXITS[state]]]),
    renderMetric(
      "clomoctl_findings",
      "Number of findings.",
      [...counted].map(([labels, { length }]) => [labels, length]),
    ),
    ...(jobs.length === 0
      ? []
      : [
          renderMetric(
            "clomoctl_job_state",
            "Last run of the job: 0 good, 1 done in part, 2 failed.",
            jobs.map(({ context, job, state: last }) => [renderLabels({ context, job }), JOB_STATE_VALUES[last]]),
          ),
          renderMetric(
            "clomoctl_job_last_good_timestamp_seconds",
            "Day of the last good run of the job, in seconds since 1970.",
            jobs.flatMap(({ context, job, goodDays }) => {
              const last = goodDays.at(-1);
              return last === undefined ? [] : [[renderLabels({ context, job }), Date.parse(last) / 1000] as const];
            }),
          ),
        ]),
    renderMetric("clomoctl_check_timestamp_seconds", "Time of this check, in seconds since 1970.", [
      ["", Math.floor(now.getTime() / 1000)],
    ]),
  ].join("");
}
