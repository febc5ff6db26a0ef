import { text, type Language, type Text } from "../../text/index.ts";
import { escapeForPeople } from "../escape.ts";
import { cutWords, padWords, wordWidth } from "../table/word-width.ts";

/** What is counted: a stable id for programs, a name for people. */
export interface Unit {
  readonly id: string;
  readonly name: Text;
}

export const ROWS: Unit = { id: "rows", name: text("rows", "行") };
export const BYTES: Unit = { id: "bytes", name: text("bytes", "バイト") };

/** The progress of a step. */
export interface StepState {
  readonly name: Text;
  readonly unit: Unit;
  readonly done: number;
  readonly total: number | undefined;
  readonly elapsedMs: number;
}

const WIDEST_BAR = 24;
const NARROWEST_BAR = 6;
const NAME_COLUMNS = 12;
/** room reserved for the figures, so that the bar keeps its width while they grow */
const FIGURES_COLUMNS = 52;

/** `Reading  42 %  420/1,000 rows  100 rows/s  0:06 left`, as far as known. */
export function progressLine(state: StepState, language: Language): string {
  return [escapeForPeople(state.name[language]), ...figures(state, language)].join("  ");
}

/** The same with a bar after the name, as wide as the terminal allows; the whole is cut to its width. */
export function barLine(state: StepState, language: Language, columns: number): string {
  const name = padWords(escapeForPeople(state.name[language]), NAME_COLUMNS);
  const rest = figures(state, language).join("  ");
  const room = columns - 1 - wordWidth(`${name}    `) - Math.max(FIGURES_COLUMNS, wordWidth(rest));
  if (room < NARROWEST_BAR) {
    return cutWords(`${name.trimEnd()}  ${rest}`, columns - 1);
  }
  const cells = Math.min(WIDEST_BAR, room);
  const filled = Math.round((shareOf(state) ?? 0) * cells);
  return `${name}  ${"█".repeat(filled)}${"░".repeat(cells - filled)}  ${rest}`;
}

/** What remains on the screen of a finished step: name, count and time taken. */
export function finishedLine(state: StepState, language: Language): string {
  const name = padWords(escapeForPeople(state.name[language]), NAME_COLUMNS);
  const count = state.done > 0 ? [amount(state.done, state.unit, language)] : [];
  return [name, ...count, clockTime(state.elapsedMs / 1000)].join("  ");
}

function figures(state: StepState, language: Language): readonly string[] {
  const { done, total, unit, elapsedMs } = state;
  const share = shareOf(state);
  const seconds = elapsedMs / 1000;
  const rate = seconds >= 0.5 ? done / seconds : 0;
  const parts =
    share === undefined || total === undefined
      ? [amount(done, unit, language)]
      : [`${Math.floor(share * 100)} %`.padStart(5), `${plainAmount(done, unit)}/${amount(total, unit, language)}`];
  if (rate > 0) {
    parts.push(`${amount(rate, unit, language)}${language === "ja" ? "/秒" : "/s"}`);
  }
  if (rate > 0 && total !== undefined && total > done) {
    const left = clockTime((total - done) / rate);
    parts.push(language === "ja" ? `残り ${left}` : `${left} left`);
  }
  return parts;
}

const shareOf = ({ done, total }: StepState): number | undefined =>
  total === undefined ? undefined : total === 0 ? 1 : Math.min(1, done / total);

const amount = (count: number, unit: Unit, language: Language): string =>
  unit.id === BYTES.id ? `${plainAmount(count, unit)} MB` : `${plainAmount(count, unit)} ${unit.name[language]}`;

const plainAmount = (count: number, unit: Unit): string =>
  unit.id === BYTES.id ? (count / 1e6).toFixed(1) : Math.round(count).toLocaleString("en-US");

/** `0:07`, `12:30`, `1:02:03` */
export function clockTime(seconds: number): string {
  const whole = Math.ceil(seconds);
  const pair = (part: number): string => String(part % 60).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  return whole < 3600 ? `${minutes}:${pair(whole)}` : `${Math.floor(whole / 3600)}:${pair(minutes)}:${pair(whole)}`;
}
