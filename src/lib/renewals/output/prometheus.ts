import type { CheckedItem } from "../judge.ts";
import type { CheckResult } from "../check.ts";
import type { Finding } from "../finding.ts";
import { STATE_EXITS } from "./plugin.ts";

type Sample = readonly [labels: string, value: number];

const LABEL_ESCAPES = new Map([
  ["\\", String.raw`\\`],
  ['"', String.raw`\"`],
  ["\n", String.raw`\n`],
]);

/** Renders a label. Half of a surrogate pair is replaced, because it cannot be written in UTF-8. */
const renderLabel = (name: string, value: string): string =>
  `${name}="${value.toWellFormed().replaceAll(/[\\"\n]/g, (sign) => LABEL_ESCAPES.get(sign) ?? sign)}"`;

const FINGERPRINT_DIGITS = 16;

const renderItemLabels = ({ context, kind, name, organisation, source, fingerprint }: CheckedItem): string =>
  `{${Object.entries({
    context,
    kind,
    name,
    organisation,
    source,
    fingerprint: fingerprint?.slice(0, FINGERPRINT_DIGITS),
  })
    .map(([label, value]) => renderLabel(label, value ?? ""))
    .join(",")}}`;

const renderMetric = (name: string, help: string, samples: readonly Sample[]): string =>
  `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${samples.map(([labels, value]) => `${name}${labels} ${value}\n`).join("")}`;

/** Renders the numbers of findings by tenant, group and level. */
const renderFindings = (findings: readonly Finding[]): string => {
  const labelled = Map.groupBy(findings, (one) =>
    [renderLabel("tenant", one.tenant), renderLabel("group", one.group), renderLabel("level", one.level)].join(","),
  );
  const samples = [...labelled].map(([labels, all]): Sample => [`{${labels}}`, all.length]);
  return renderMetric("clomoctl_findings", "Number of findings.", samples);
};

/**
 * Renders the result for the textfile collector of Prometheus' node exporter. Days left are `(… - time()) / 86400`; an
 * alert on the age of the last metric detects a check that no longer runs.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/#text-format-details
 */
export function renderPrometheusText(
  { checked, counts, state }: Pick<CheckResult, "checked" | "counts" | "state">,
  now: Date,
  findings: readonly Finding[] = [],
): string {
  // two samples with the same labels would make the whole file invalid: the first item is the most urgent one
  const dated = new Map<string, number>();
  for (const item of checked) {
    const labels = renderItemLabels(item);
    if (item.expiresAt !== null && !dated.has(labels)) dated.set(labels, Date.parse(item.expiresAt) / 1000);
  }
  return [
    renderMetric("clomoctl_renewal_expiry_timestamp_seconds", "Expiry time of the item, in seconds since 1970.", [
      ...dated,
    ]),
    renderMetric("clomoctl_renewal_unreadable", "Number of items without an expiry date.", [
      ["", checked.length === 0 ? 1 : counts.unknown],
    ]),
    renderMetric("clomoctl_renewal_state", "0 ok, 1 warning, 2 critical, 3 unknown.", [["", STATE_EXITS[state]]]),
    ...(findings.length === 0 ? [] : [renderFindings(findings)]),
    renderMetric("clomoctl_check_timestamp_seconds", "Time of this check, in seconds since 1970.", [
      ["", Math.floor(now.getTime() / 1000)],
    ]),
  ].join("");
}
