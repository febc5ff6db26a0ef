import type { AdeHealthFacts, AdeReport } from "../../model/ade-health.ts";
import type { CheckedItem } from "../judge.ts";
import type { CheckResult } from "../check.ts";
import { HEADERS } from "./headers.ts";

/** The ADE of the tenant that is reached by a context. */
export interface ContextAde extends AdeReport<Pick<AdeHealthFacts, "lastSyncAt" | "counts">> {
  readonly context: string;
}

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
 * - `clomoctl_renewal_rejected`: 1 for each thing that its issuer rejects already, whatever its date; absent where nothing is
 * - `clomoctl_ade_…`: of each tenant whose ADE is watched: when it was last synced, its devices by state, records of Apple's
 *   that could not be read, and 1 for each condition; absent in a mirror
 * - `clomoctl_check_timestamp_seconds`: when it was checked; an alert on its age finds a check that runs no more
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/#text-format-details
 */
export function prometheusText(result: CheckResult, now: Date, ade: readonly ContextAde[] = []): string {
  const dated = onePerSeries(result.checked);
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
    ...present([
      {
        name: "clomoctl_renewal_downloaded",
        help: "A renewed file was downloaded, and its upload is not confirmed.",
        samples: dated.flatMap(([labels, { state }]) => (state === "downloaded" ? [[labels, 1] as const] : [])),
      },
      {
        name: "clomoctl_renewal_finding",
        help: "What is wrong with who hears of renewals.",
        samples: findingSamples(result.findings),
      },
      {
        name: "clomoctl_renewal_rejected",
        help: "What its issuer rejects already, whatever its date.",
        samples: dated.flatMap(([labels, { rejection }]) => (rejection === undefined ? [] : [[labels, 1] as const])),
      },
      ...adeMetrics(ade),
    ]),
    {
      name: "clomoctl_check_timestamp_seconds",
      help: "When this was checked, in seconds since 1970.",
      samples: [[[], Math.floor(now.getTime() / 1000)]],
    },
  ];
  return HEADERS.metrics + metrics.map(metricText).join("");
}

const present = (metrics: readonly Metric[]): readonly Metric[] => metrics.filter(({ samples }) => samples.length > 0);

const adeMetrics = (watched: readonly ContextAde[]): readonly Metric[] => [
  {
    name: "clomoctl_ade_last_sync_timestamp_seconds",
    help: "When the last sync with Apple was completed, in seconds since 1970.",
    samples: watched.flatMap(({ context, facts: { lastSyncAt } }) =>
      lastSyncAt === null ? [] : [[[["context", context]], Math.floor(Date.parse(lastSyncAt) / 1000)] as const],
    ),
  },
  {
    name: "clomoctl_ade_devices",
    help: "Devices that Apple has; of those the ones that are not ready to be switched on; and missing ones.",
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
    help: "Device records in Apple's answers that could not be read.",
    samples: watched.map(({ context, facts: { counts } }) => [[["context", context]], counts.unreadable]),
  },
  {
    name: "clomoctl_ade_condition",
    help: "What is wrong with ADE.",
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

/** They tell two certificates of one name in one file apart. */
const FINGERPRINT_DIGITS = 16;

/** Two things by the same labels would spoil the whole file; the more urgent one, which comes first, stands for both. */
function onePerSeries(checked: readonly CheckedItem[]): readonly (readonly [Labels, CheckedItem])[] {
  const series = new Map<string, readonly [Labels, CheckedItem]>();
  for (const one of checked) {
    if (one.expiresAt === null) continue;
    const labels = labelsOf(one);
    const key = labels.map(([, value]) => JSON.stringify(value)).join();
    if (!series.has(key)) series.set(key, [labels, one]);
  }
  return [...series.values()];
}

/** Two items of one name make one sample. */
function findingSamples(findings: readonly CheckedItem[]): Metric["samples"] {
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

const labelsOf = ({ context, kind, name, organisation, source, fingerprint }: CheckedItem): Labels => [
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
