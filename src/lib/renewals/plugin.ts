import { shortenText, type Language, type Text } from "../text/index.ts";

export type PluginState = "ok" | "warning" | "critical" | "unknown";

/** @see monitoring-plugins guideline, 2.3 */
export const STATE_EXITS: Readonly<Record<PluginState, number>> = { ok: 0, warning: 1, critical: 2, unknown: 3 };

/** Nagios truncates lines at 8192 bytes. */
const MAX_LINE_BYTES = 8000;
const MAX_REASON_LENGTH = 500;
const MAX_LABEL_LENGTH = 120;

export interface PluginFigure {
  readonly label: string;
  readonly value: number;
  /** warning range, critical range, minimum and maximum: `[warn];[crit];[min];[max]` */
  readonly ranges: string;
}

/** Returns `NAME STATE - text | 'label'=value;[warn];[crit];[min];[max]`. @see monitoring-plugins guideline, 2.6 */
export function renderPluginLine(
  service: string,
  state: PluginState,
  sentence: string,
  figures: Iterable<PluginFigure> = [],
): string {
  const said = `${service} ${state.toUpperCase()} - ${replaceControlCharacters(sentence)}`;
  const data = renderPerformanceData(figures, MAX_LINE_BYTES - Buffer.byteLength(said) - 3);
  return data === "" ? said : `${said} | ${data}`;
}

export const renderPluginFailure = (service: string, reason: Text, language: Language): string =>
  renderPluginLine(service, "unknown", shortenText(reason[language], MAX_REASON_LENGTH));

function renderPerformanceData(figures: Iterable<PluginFigure>, maxBytes: number): string {
  const taken = new Set<string>();
  let line = "";
  for (const { label, value, ranges } of figures) {
    const unused = chooseUnusedLabel(label, taken);
    const figure = `${line === "" ? "" : " "}'${unused}'=${value};${ranges}`;
    if (Buffer.byteLength(line) + Buffer.byteLength(figure) > maxBytes) return line;
    taken.add(unused);
    line += figure;
  }
  return line;
}

function chooseUnusedLabel(wanted: string, taken: ReadonlySet<string>): string {
  const label = shortenText(replaceControlCharacters(wanted).replaceAll(/['=]/g, "_"), MAX_LABEL_LENGTH);
  let unused = label;
  for (let count = 2; taken.has(unused); count += 1) unused = `${label} (${count})`;
  return unused;
}

/** A `|` would start the performance data of the line. */
const replaceControlCharacters = (words: string): string =>
  words.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}|]/gu, "_");
