import type { Language, Text } from "../../text/index.ts";

/** The state of a check, as monitoring plugins have it. */
export type PluginState = "ok" | "warning" | "critical" | "unknown";

/** The exit codes of monitoring plugins. @see monitoring-plugins guideline, 2.3 */
export const STATE_EXITS: Readonly<Record<PluginState, number>> = { ok: 0, warning: 1, critical: 2, unknown: 3 };

/** Monitoring systems cut a longer line, in the middle of a figure; Nagios itself at 8192 bytes. */
const MAX_BYTES = 8000;
const MAX_REASON = 500;
const MAX_LABEL = 120;

/** A number of the performance data. */
export interface PluginFigure {
  readonly label: string;
  readonly value: number;
  /** `s` for seconds */
  readonly unit?: string | undefined;
  /** the ranges that warn and that are critical, and the least and greatest value: `[warn];[crit];[min];[max]` */
  readonly ranges: string;
}

/** What a monitoring plugin says. */
export interface PluginResult {
  /** what is checked, in capitals: `RENEWALS` */
  readonly service: string;
  readonly state: PluginState;
  readonly sentence: string;
  readonly figures: Iterable<PluginFigure>;
}

/**
 * Returns the one line of a monitoring plugin: state, sentence, and the figures for which there is room. It has no line end.
 *
 * @see monitoring-plugins guideline, 2 (output) and 2.6 (performance data): `'label'=value[UOM];[warn];[crit];[min];[max]`
 */
export function pluginLine({ service, state, sentence, figures }: PluginResult): string {
  const said = `${service} ${state.toUpperCase()} - ${plain(sentence)}`;
  const data = performanceData(figures, MAX_BYTES - Buffer.byteLength(said) - 3);
  return data === "" ? said : `${said} | ${data}`;
}

/** Returns the line of a check that could not be done at all. */
export const pluginFailure = (service: string, reason: Text, language: Language): string =>
  pluginLine({ service, state: "unknown", sentence: shorten(reason[language], MAX_REASON), figures: [] });

function performanceData(figures: Iterable<PluginFigure>, maxBytes: number): string {
  const taken = new Set<string>();
  let line = "";
  for (const { label, value, unit = "", ranges } of figures) {
    const unused = unusedLabel(label, taken);
    const figure = `${line === "" ? "" : " "}'${unused}'=${value}${unit};${ranges}`;
    if (Buffer.byteLength(line) + Buffer.byteLength(figure) > maxBytes) return line;
    taken.add(unused);
    line += figure;
  }
  return line;
}

function unusedLabel(wanted: string, taken: ReadonlySet<string>): string {
  const label = shorten(plain(wanted).replaceAll(/['=]/g, "_"), MAX_LABEL);
  let unused = label;
  for (let count = 2; taken.has(unused); count += 1) unused = `${label} (${count})`;
  return unused;
}

/** In one line, and without the mark before the performance data. */
const plain = (words: string): string => words.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}|]/gu, "_");

/** Returns at most so many characters, with an ellipsis for those that are left out. */
export function shorten(words: string, max: number): string {
  const characters = [...words];
  return characters.length <= max ? words : `${characters.slice(0, max - 1).join("")}…`;
}
