import type { Checked } from "../judge.ts";
import type { CheckResult } from "../check.ts";

type Labels = readonly (readonly [name: string, value: string])[];

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly samples: readonly (readonly [labels: Labels, value: number])[];
}

/**
 * The result for the textfile collector of Prometheus' node exporter; text in the exposition format, all gauges.
 *
 * - `clomoctl_renewal_expiry_timestamp_seconds`: of each thing that has a date; days left are `(… - time()) / 86400`
 * - `clomoctl_renewal_unreadable`: how many things have none, or could not be read
 * - `clomoctl_renewal_downloaded`: 1 for each thing whose renewed file was downloaded and not confirmed as uploaded
 * - `clomoctl_renewal_finding`: 1 for each thing that is wrong with who hears of renewals; absent where nothing is
 * - `clomoctl_check_timestamp_seconds`: when it was checked; an alert on its age finds a check that runs no more
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/#text-format-details
 */
export function prometheusText(result: CheckResult, now: Date): string {
  const dated = onePerSeries(result.checked);
  const downloaded = dated.filter(([, { state }]) => state === "downloaded");
  const metrics: readonly Metric[] = [
    {
      name: "clomoctl_renewal_expiry_timestamp_seconds",
      help: "When it expires, in seconds since 1970.",
      samples: dated.map(([labels, { expiresAt }]) => [labels, Date.parse(expiresAt ?? "") / 1000]),
    },
    {
      name: "clomoctl_renewal_unreadable",
      help: "Things that could not be read or have no date.",
      samples: [[[], result.checked.length === 0 ? 1 : result.counts.unknown]],
    },
    ...(downloaded.length === 0
      ? []
      : [
          {
            name: "clomoctl_renewal_downloaded",
            help: "A renewed file was downloaded, and its upload is not confirmed.",
            samples: downloaded.map(([labels]) => [labels, 1] as const),
          },
        ]),
    ...(result.findings.length === 0
      ? []
      : [
          {
            name: "clomoctl_renewal_finding",
            help: "What is wrong with who hears of renewals.",
            samples: findingSamples(result.findings),
          },
        ]),
    {
      name: "clomoctl_check_timestamp_seconds",
      help: "When this was checked, in seconds since 1970.",
      samples: [[[], Math.floor(now.getTime() / 1000)]],
    },
  ];
  return metrics.map(metricText).join("");
}

/** They tell two certificates of one name in one file apart. */
const FINGERPRINT_DIGITS = 16;

/** Two things by the same labels would spoil the whole file; the more urgent one, which comes first, stands for both. */
function onePerSeries(checked: readonly Checked[]): readonly (readonly [Labels, Checked])[] {
  const series = new Map<string, readonly [Labels, Checked]>();
  for (const one of checked) {
    if (one.expiresAt === null) continue;
    const labels = labelsOf(one);
    const key = labels.map(([, value]) => JSON.stringify(value)).join();
    if (!series.has(key)) series.set(key, [labels, one]);
  }
  return [...series.values()];
}

/** Two items of one name make one sample. */
function findingSamples(findings: readonly Checked[]): Metric["samples"] {
  const samples = new Map<string, readonly [Labels, number]>();
  for (const { context, level, finding } of findings) {
    if (finding === undefined) continue;
    const labels: Labels = [
      ["context", context ?? ""],
      ["about", finding.about],
      ["level", level],
      ["name", finding.item ?? ""],
    ];
    samples.set(JSON.stringify(labels), [labels, 1]);
  }
  return [...samples.values()];
}

const labelsOf = ({ context, kind, name, organisation, source, fingerprint }: Checked): Labels => [
  ["context", context ?? ""],
  ["kind", kind ?? ""],
  ["name", name],
  ["organisation", organisation ?? ""],
  ["source", source ?? ""],
  ["fingerprint", fingerprint?.slice(0, FINGERPRINT_DIGITS) ?? ""],
];

function metricText({ name, help, samples }: Metric): string {
  const lines = samples.map(([labels, value]) => `${name}${labelText(labels)} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join("")}`;
}

const labelText = (labels: Labels): string =>
  labels.length === 0 ? "" : `{${labels.map(([name, value]) => `${name}="${escapeLabel(value)}"`).join(",")}}`;

const ESCAPES = new Map([
  ["\\", String.raw`\\`],
  ['"', String.raw`\"`],
  ["\n", String.raw`\n`],
]);

/** Half of a surrogate pair cannot be written in UTF-8. */
const escapeLabel = (value: string): string =>
  value.toWellFormed().replaceAll(/[\\"\n]/g, (character) => ESCAPES.get(character) ?? character);
