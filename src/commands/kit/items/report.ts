import { Failure } from "../../../lib/errors/index.ts";
import { describeFindings, FINDING_COLUMNS, type Finding } from "../../../lib/renewals/finding.ts";
import type { CheckedItem } from "../../../lib/renewals/expiry-status.ts";
import type { MonitoredJob, NagiosReport } from "../../../lib/renewals/monitoring.ts";
import { STATE_EXITS } from "../../../lib/renewals/plugin.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import { defineOption, defineSwitch, type Fields, type InputOf } from "../field.ts";
import { isRecordOutputRequested } from "../list/list.ts";
import type { Tools } from "../tools.ts";

export const THRESHOLD_OPTIONS = {
  within: defineOption(
    "duration",
    "DURATION",
    "time before expiry that is a warning, as 12w (default: 90d)",
    "この期間内の期限を「期限間近」とする(既定: 90d)",
  ),
  critical: {
    kind: "duration",
    value: "DURATION",
    about: text("time before expiry that is critical (default: 30d)", "この期間内の期限を「至急」とする(既定: 30d)"),
  },
} as const satisfies Fields;

export const REPORT_OPTIONS = {
  nagios: defineSwitch("print one line in the format of monitoring plugins", "監視プラグインの書式(1 行)で出力する"),
  prometheus: {
    kind: "output",
    value: "FILE",
    isPublic: true,
    about: text("also write metrics for Prometheus (textfile)", "Prometheus の textfile 用のメトリクスも書き出す"),
  },
} as const satisfies Fields;

/** The exit codes of a report are the states of monitoring plugins. */
export const buildStateExits = (service: string) => ({
  service,
  failure: STATE_EXITS.unknown,
  meanings: [
    [STATE_EXITS.ok, text("nothing requires action", "対応が必要な事項はない")],
    [STATE_EXITS.warning, text("something requires action soon", "近いうちに対応が必要")],
    [STATE_EXITS.critical, text("something requires action now", "至急の対応が必要")],
    [STATE_EXITS.unknown, text("something could not be read, or the command failed", "読み込めないか、失敗した")],
  ] as const,
});

type ReportOptions = InputOf<typeof REPORT_OPTIONS>;

export function shouldShowFindings(tools: Tools, { nagios, prometheus }: ReportOptions): boolean {
  if (!nagios || !(isRecordOutputRequested(tools) || prometheus === "-")) return !nagios && prometheus !== "-";
  throw new Failure("usage", {
    what: text("--nagios cannot be used with other output formats", "--nagios はほかの出力形式と同時に指定できません"),
  });
}

export async function showFindings(tools: Tools, findings: readonly Finding[]): Promise<void> {
  if (isRecordOutputRequested(tools)) return tools.terminal.list(FINDING_COLUMNS, findings);
  await writeLines(tools, describeFindings(findings));
}

export async function writeLines({ terminal }: Tools, lines: readonly Text[]): Promise<void> {
  for (const one of lines) await terminal.out.write(`${terminal.shown(terminal.say(one)).join("")}\n`);
}

export async function writeReport(
  { terminal, outputs, clock }: Tools,
  { nagios, prometheus }: ReportOptions,
  report: NagiosReport & { readonly items: readonly CheckedItem[]; readonly jobs?: readonly MonitoredJob[] },
): Promise<number> {
  if (prometheus !== undefined) {
    const { renderPrometheusText } = await import("../../../lib/renewals/monitoring.ts");
    await outputs.write(prometheus, renderPrometheusText(report.items, report, clock.now()));
  }
  if (nagios) {
    const { renderNagiosLine } = await import("../../../lib/renewals/monitoring.ts");
    await terminal.out.write(`${terminal.shown(renderNagiosLine(report, terminal.language)).join("")}\n`);
  }
  return STATE_EXITS[report.state];
}
