import { text, type Text } from "../text/index.ts";

const SPACE_SYMBOLS: ReadonlyMap<string, string> = new Map([
  [" ", "␣"],
  ["\u00a0", "␣"],
  ["\u3000", "□"],
  ["\t", "⇥"],
]);

const STRAY_JOINERS = String.raw`(?<![\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f\p{scx=Arab}\p{scx=Syrc}\p{scx=Deva}\p{scx=Beng}\p{scx=Guru}\p{scx=Gujr}\p{scx=Orya}\p{scx=Taml}\p{scx=Telu}\p{scx=Knda}\p{scx=Mlym}\p{scx=Sinh}\p{scx=Khmr}\p{scx=Mymr}\p{scx=Mong}])[\u200c\u200d]`;

/** Matches characters that are invisible or reverse the text, except line breaks and joiners in emoji and scripts. */
export const HIDDEN_CHARACTER_PATTERN = new RegExp(
  String.raw`(?![\n\r])\p{Cc}|[\p{Cs}\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]|${STRAY_JOINERS}`,
  "gu",
);

const formatCodePoint = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;

export const findHiddenCharacters = (value: string): readonly string[] => [
  ...new Set(value.match(HIDDEN_CHARACTER_PATTERN)?.map(formatCodePoint)),
];

const revealHiddenCharacters = (value: string): string =>
  value
    .replace(/^\s+|\s+$/gu, (blanks) => blanks.replace(/./gsu, (one) => SPACE_SYMBOLS.get(one) ?? one))
    .replace(HIDDEN_CHARACTER_PATTERN, (one) => `<${formatCodePoint(one)}>`);

type CellParam = string | number | undefined;

/** Returns `: "x"`, or an empty text if the value must not be shown. */
export const quoteValue = (value: CellParam): Text =>
  value === undefined
    ? text("", "")
    : text(`: "${revealHiddenCharacters(String(value))}"`, `: 「${revealHiddenCharacters(String(value))}」`);

const LIKELY_CAUSES: readonly (readonly [pattern: RegExp, cause: Text])[] = [
  [/^[^@]+@[^@]+[\s;,、;,/]+[^@]+@[^@]+$/u, text("two addresses in one cell", "1 つのセルに 2 つのアドレスがあります")],
  [/<[^<>]+@[^<>]+>$/u, text("enter only the address, without the name", "名前を付けず、アドレスだけにしてください")],
  [/＠/u, text("the @ is full-width", "@ が全角です")],
  [/^\s|\s$/u, text("leading or trailing spaces", "前後に空白があります")],
  [/[\uff01-\uff5e]/u, text("full-width characters", "全角文字があります")],
  [/\s/u, text("a space inside the value", "途中に空白があります")],
];

export const describeLikelyCause = (value: CellParam): Text => {
  const cause = value === undefined ? undefined : LIKELY_CAUSES.find(([pattern]) => pattern.test(String(value)))?.[1];
  return cause === undefined ? text("", "") : text(`; ${cause.en}`, `(${cause.ja})`);
};
