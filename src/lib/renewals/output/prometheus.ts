import type { AdeHealthFacts, AdeReport } from "../../model/ade-health.ts";
import type { CheckedItem } from "../judge.ts";
import type { CheckResult } from "../check.ts";
import { FILE_HEADERS } from "./headers.ts";

/** The state of ADE in the tenant of a context. */
export interface ContextAde extends AdeReport<Pick<AdeHealthFacts, "lastSyncAt" | "counts">> {
  readonly context: string;
}

type MetricLabels = readonly (readonly [name: string, value: string])[];

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly samples: readonly (readonly [labels: MetricLabels, value: number])[];
}

/**
 * Renders the result for the textfile collector of Prometheus' node exporter, in the text exposition format. All
 * metrics are gauges.
 *
 * - `clomoctl_renewal_expiry_timestamp_seconds`: for each item that has a date; days left are `(… - time()) / 86400`
 * - `clomoctl_renewal_unreadable`: number of items that have no date or could not be read
 * - `clomoctl_renewal_downloaded`: 1 for each item whose renewed file was downloaded but is not confirmed as uploaded
 * - `clomoctl_renewal_finding`: 1 for each problem with the people to notify of renewals; absent if none
 * - `clomoctl_renewal_rejected`: 1 for each item that its issuer rejects, whatever its date; absent if none
 * - `clomoctl_ade_…`: for each tenant whose ADE is monitored: time of the last sync, number of devices by state,
 *   number of Apple's records that could not be read, and 1 for each condition; absent for a mirror
 * - `clomoctl_check_timestamp_seconds`: time of the check; an alert on its age detects a check that no longer runs
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/#text-format-details
 */
export function renderPrometheusText(result: CheckResult, now: Date, ade: readonly ContextAde[] = []): string {
  const dated = selectOnePerSeries(result.checked);
  const metrics: readonly Metric[] = [
    {
      name: "clomoctl_renewal_expiry_timestamp_seconds",
      help: "Expiry time of the item, in seconds since 1970.",
      samples: dated.map(([labels, { expiresAt }]) => [labels, Date.parse(expiresAt ?? "") / 1000]),
    },
    {
      name: "clomoctl_renewal_unreadable",
      help: "Number of items that could not be read or have no expiry date.",
      samples: [[[], result.checked.length === 0 ? 1 : result.counts.unknown]],
    },
    ...omitEmptyMetrics([
      {
        name: "clomoctl_renewal_downloaded",
        help: "1 if a renewed file was downloaded, but its upload is not confirmed.",
        samples: dated.flatMap(([labels, { state }]) => (state === "downloaded" ? [[labels, 1] as const] : [])),
      },
      {
        name: "clomoctl_renewal_finding",
        help: "1 for each problem with the people to notify of renewals.",
        samples: buildFindingSamples(result.findings),
      },
      {
        name: "clomoctl_renewal_rejected",
        help: "1 if the issuer already rejects the item, whatever its date.",
        samples: dated.flatMap(([labels, { rejection }]) => (rejection === undefined ? [] : [[labels, 1] as const])),
      },
      ...buildAdeMetrics(ade),
    ]),
    {
      name: "clomoctl_check_timestamp_seconds",
      help: "Time of this check, in seconds since 1970.",
      samples: [[[], Math.floor(now.getTime() / 1000)]],
    },
  ];
  return FILE_HEADERS.metrics + metrics.map(renderMetric).join("");
}

const omitEmptyMetrics = (metrics: readonly Metric[]): readonly Metric[] =>
  metrics.filter(({ samples }) => samples.length > 0);

const buildAdeMetrics = (watched: readonly ContextAde[]): readonly Metric[] => [
  {
    name: "clomoctl_ade_last_sync_timestamp_seconds",
    help: "Time at which the last sync with Apple was completed, in seconds since 1970.",
    samples: watched.flatMap(({ context, facts: { lastSyncAt } }) =>
      lastSyncAt === null ? [] : [[[["context", context]], Math.floor(Date.parse(lastSyncAt) / 1000)] as const],
    ),
  },
  {
    name: "clomoctl_ade_devices",
    help: "Number of devices by state: present at Apple; present, but not ready to be switched on; missing at Apple.",
    samples: watched.flatMap(({ context, facts: { counts } }) =>
      (
        [
          ["present", counts.present],
          ["not_ready", counts.notReady],
          ["missing", counts.missing],
        ] as const
      ).map(
        ([state, value]) =>
          [
            [
              ["context", context],
              ["state", state],
            ],
            value,
          ] as const,
      ),
    ),
  },
  {
    name: "clomoctl_ade_unreadable_records",
    help: "Number of device records in Apple's responses that could not be read.",
    samples: watched.map(({ context, facts: { counts } }) => [[["context", context]], counts.unreadable]),
  },
  {
    name: "clomoctl_ade_condition",
    help: "1 for each problem with ADE.",
    samples: watched.flatMap(({ context, conditions }) =>
      conditions.map(
        ({ id, level }) =>
          [
            [
              ["context", context],
              ["condition", id],
              ["level", level],
            ],
            1,
          ] as const,
      ),
    ),
  },
];

/** Number of fingerprint digits in a label. They distinguish certificates with the same name in the same file. */
const FINGERPRINT_DIGITS = 16;

/**
 * Selects one item for each set of labels, because two samples with the same labels would make the whole file invalid.
 * The first item is the most urgent one and represents the others.
 */
function selectOnePerSeries(checked: readonly CheckedItem[]): readonly (readonly [MetricLabels, CheckedItem])[] {
  const series = new Map<string, readonly [MetricLabels, CheckedItem]>();
  for (const one of checked) {
    if (one.expiresAt === null) continue;
    const labels = buildItemLabels(one);
    const key = labels.map(([, value]) => JSON.stringify(value)).join();
    if (!series.has(key)) series.set(key, [labels, one]);
  }
  return [...series.values()];
}

/** Builds the samples for the findings. Two findings with the same labels become one sample. */
function buildFindingSamples(findings: readonly CheckedItem[]): Metric["samples"] {
  const samples = new Map<string, readonly [MetricLabels, number]>();
  for (const { context, level, finding } of findings) {
    if (finding === undefined) continue;
    const labels: MetricLabels = [
      ["context", context ?? ""],
      ["about", finding.about],
      ["level", level],
      ["name", finding.item ?? ""],
    ];
    samples.set(JSON.stringify(labels), [labels, 1]);
  }
  return [...samples.values()];
}

const buildItemLabels = ({ context, kind, name, organisation, source, fingerprint }: CheckedItem): MetricLabels => [
  ["context", context ?? ""],
  ["kind", kind ?? ""],
  ["name", name],
  ["organisation", organisation ?? ""],
  ["source", source ?? ""],
  ["fingerprint", fingerprint?.slice(0, FINGERPRINT_DIGITS) ?? ""],
];

function renderMetric({ name, help, samples }: Metric): string {
  const lines = samples.map(([labels, value]) => `${name}${renderLabels(labels)} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join("")}`;
}

const renderLabels = (labels: MetricLabels): string =>
  labels.length === 0 ? "" : `{${labels.map(([name, value]) => `${name}="${escapeLabelValue(value)}"`).join(",")}}`;

const LABEL_ESCAPES = new Map([
  ["\\", String.raw`\\`],
  ['"', String.raw`\"`],
  ["\n", String.raw`\n`],
]);

/** Escapes a label value. Half of a surrogate pair is replaced, because it cannot be written in UTF-8. */
const escapeLabelValue = (value: string): string =>
  value.toWellFormed().replaceAll(/[\\"\n]/g, (character) => LABEL_ESCAPES.get(character) ?? character);
