import { text, type Text } from "../text/index.ts";

const LONGEST = 60;

/** A cell's value for a message: cut if it is long. */
export const shownValue = (value: string): string =>
  value.length > LONGEST ? `${value.slice(0, LONGEST).replace(/[\ud800-\udbff]$/, "")}…` : value;

const BLANKS: ReadonlyMap<string, string> = new Map([
  [" ", "␣"],
  ["\u00a0", "␣"],
  ["\u3000", "□"],
  ["\t", "⇥"],
]);

/** A joiner belongs to an emoji between two of its parts, and to scripts that join their letters behind one of these. */
const JOINERS = String.raw`(?<![\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f\p{scx=Arab}\p{scx=Syrc}\p{scx=Deva}\p{scx=Beng}\p{scx=Guru}\p{scx=Gujr}\p{scx=Orya}\p{scx=Taml}\p{scx=Telu}\p{scx=Knda}\p{scx=Mlym}\p{scx=Sinh}\p{scx=Khmr}\p{scx=Mymr}\p{scx=Mong}])[\u200c\u200d]`;

/**
 * Characters that nobody sees, or that change how others are read: controls but for line breaks, lone surrogates, marks of
 * direction, soft hyphens, blanks without width, and joiners that join nothing.
 */
export const HIDDEN = new RegExp(
  String.raw`(?![\n\r])\p{Cc}|[\p{Cs}\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]|${JOINERS}`,
  "gu",
);

/** `U+202E` */
const codePointOf = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;

/** Returns the {@link HIDDEN} characters of a value, each once, as code points: `U+202E`. */
export const hiddenIn = (value: string): readonly string[] => [...new Set(value.match(HIDDEN)?.map(codePointOf))];

/** A value with the blanks at its ends, and what cannot be seen at all, made visible. */
const visible = (value: string): string =>
  value
    .replace(/^\s+|\s+$/gu, (blanks) => blanks.replace(/./gsu, (one) => BLANKS.get(one) ?? one))
    .replace(HIDDEN, (one) => `<${codePointOf(one)}>`);

/** The value of a cell, as a problem has it. */
type CellParam = string | number | undefined;

/** The value of a problem's cell, if it may be shown: `: "x"`. */
export const quotedValue = (value: CellParam): Text =>
  value === undefined ? text("", "") : text(`: "${visible(String(value))}"`, `: 「${visible(String(value))}」`);

/** Likely causes of a value that breaks its rule, the first one that fits. */
const CAUSES: readonly (readonly [pattern: RegExp, cause: Text])[] = [
  [/^[^@]+@[^@]+[\s;,、;,/]+[^@]+@[^@]+$/u, text("two addresses in one cell", "1 つのセルに 2 つのアドレスがあります")],
  [/<[^<>]+@[^<>]+>$/u, text("only the address, without the name", "名前を付けず、アドレスだけにしてください")],
  [/＠/u, text("the @ is full-width", "@ が全角です")],
  [/^\s|\s$/u, text("blanks at the ends", "前後に空白があります")],
  [/[\uff01-\uff5e]/u, text("full-width characters", "全角文字があります")],
  [/\s/u, text("a blank inside", "途中に空白があります")],
];

/** The likely cause of a value that breaks its rule: `; the @ is full-width`. */
export const causeOf = (value: CellParam): Text => {
  const cause = value === undefined ? undefined : CAUSES.find(([pattern]) => pattern.test(String(value)))?.[1];
  return cause === undefined ? text("", "") : text(`; ${cause.en}`, `(${cause.ja})`);
};
