import { text, type Language, type Text } from "../../text/index.ts";
import { escapeForPeople } from "../escape.ts";
import { cutPlainText, padPlainText, plainTextWidth } from "../table/word-width.ts";

/** The unit in which progress is counted: a stable id for programs, and a name for people. */
export interface ProgressUnit {
  readonly id: string;
  readonly name: Text;
}

export const ROW_UNIT: ProgressUnit = { id: "rows", name: text("rows", "行") };
export const BYTE_UNIT: ProgressUnit = { id: "bytes", name: text("bytes", "バイト") };

export interface StepState {
  readonly name: Text;
  readonly unit: ProgressUnit;
  readonly done: number;
  readonly total: number | undefined;
  readonly elapsedMs: number;
}

const MAX_BAR_COLUMNS = 24;
const MIN_BAR_COLUMNS = 6;
const NAME_COLUMNS = 12;
/** width reserved for the figures, so that the bar keeps its width while the figures grow */
const FIGURES_COLUMNS = 52;

/** Renders the progress of a step as far as it is known: `Reading  42 %  420/1,000 rows  100 rows/s  0:06 left`. */
export function renderProgressLine(state: StepState, language: Language): string {
  return [escapeForPeople(state.name[language]), ...renderFigures(state, language)].join("  ");
}

export function renderBarLine(state: StepState, language: Language, columns: number): string {
  const name = padPlainText(escapeForPeople(state.name[language]), NAME_COLUMNS);
  const rest = renderFigures(state, language).join("  ");
  const room = columns - 1 - plainTextWidth(`${name}    `) - Math.max(FIGURES_COLUMNS, plainTextWidth(rest));
  if (room < MIN_BAR_COLUMNS) {
    return cutPlainText(`${name.trimEnd()}  ${rest}`, columns - 1);
  }
  const cells = Math.min(MAX_BAR_COLUMNS, room);
  const filled = Math.round((computeCompletedShare(state) ?? 0) * cells);
  return `${name}  ${"█".repeat(filled)}${"░".repeat(cells - filled)}  ${rest}`;
}

/** Renders the line that remains on the screen after a step is finished: name, count and time taken. */
export function renderFinishedLine(state: StepState, language: Language): string {
  const name = padPlainText(escapeForPeople(state.name[language]), NAME_COLUMNS);
  const count = state.done > 0 ? [formatAmount(state.done, state.unit, language)] : [];
  return [name, ...count, formatDuration(state.elapsedMs / 1000)].join("  ");
}

function renderFigures(state: StepState, language: Language): readonly string[] {
  const { done, total, unit, elapsedMs } = state;
  const share = computeCompletedShare(state);
  const seconds = elapsedMs / 1000;
  const rate = seconds >= 0.5 ? done / seconds : 0;
  const parts =
    share === undefined || total === undefined
      ? [formatAmount(done, unit, language)]
      : [
          `${Math.floor(share * 100)} %`.padStart(5),
          `${formatAmountWithoutUnit(done, unit)}/${formatAmount(total, unit, language)}`,
        ];
  if (rate > 0) {
    parts.push(`${formatAmount(rate, unit, language)}${language === "ja" ? "/秒" : "/s"}`);
  }
  if (rate > 0 && total !== undefined && total > done) {
    const left = formatDuration((total - done) / rate);
    parts.push(language === "ja" ? `残り ${left}` : `${left} left`);
  }
  return parts;
}

const computeCompletedShare = ({ done, total }: StepState): number | undefined =>
  total === undefined ? undefined : total === 0 ? 1 : Math.min(1, done / total);

const formatAmount = (count: number, unit: ProgressUnit, language: Language): string =>
  unit.id === BYTE_UNIT.id
    ? `${formatAmountWithoutUnit(count, unit)} MB`
    : `${formatAmountWithoutUnit(count, unit)} ${unit.name[language]}`;

const formatAmountWithoutUnit = (count: number, unit: ProgressUnit): string =>
  unit.id === BYTE_UNIT.id ? (count / 1e6).toFixed(1) : Math.round(count).toLocaleString("en-US");

/** Formats a duration: `0:07`, `12:30`, `1:02:03`. */
export function formatDuration(seconds: number): string {
  const whole = Math.ceil(seconds);
  const pair = (part: number): string => String(part % 60).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  return whole < 3600 ? `${minutes}:${pair(whole)}` : `${Math.floor(whole / 3600)}:${pair(minutes)}:${pair(whole)}`;
}
