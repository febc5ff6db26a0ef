/** How far a word of bash is quoted where it is cut: not at all, or by an open quote. */
type Quote = "" | "'" | '"';

/** The line that bash completes, cut at the cursor. */
export interface BashLine {
  /** what was typed before the last word, unquoted; the program's name first */
  readonly words: readonly string[];
  /** the last word, unquoted; may be empty */
  readonly current: string;
  /** the quote that is open in it */
  readonly quote: Quote;
  /** how many characters of `current` stand before what bash replaces */
  readonly kept: number;
}

/** Within double quotes a backslash takes the meaning of these only. */
const ESCAPED_IN_QUOTES = '"\\$`\n';

/** What parts words; an ideographic blank does not. */
const BLANKS = " \t\n";

/** Breaks that bash replaces together with what is behind them: it completes host names and variables by them. */
const BREAKS_REPLACED = "@$";

/** Reads the characters of one line. */
class BashReader {
  readonly #breaks: string;
  readonly words: string[] = [];
  #word: string | undefined;
  #quote: Quote = "";
  #kept = 0;

  constructor(breaks: string) {
    this.#breaks = breaks;
  }

  read(line: string): BashLine {
    for (let at = 0; at < line.length; at += 1) {
      const isEscape = line[at] === "\\" && this.#quote !== "'";
      if (isEscape) this.#escaped(line[(at += 1)]);
      else this.#plain(line[at] ?? "");
    }
    return { words: this.words, current: this.#word ?? "", quote: this.#quote, kept: this.#kept };
  }

  #add(characters: string): void {
    this.#word = (this.#word ?? "") + characters;
  }

  #escaped(character: string | undefined): void {
    const isKept = this.#quote === '"' && character !== undefined && !ESCAPED_IN_QUOTES.includes(character);
    this.#add((isKept ? "\\" : "") + (character ?? ""));
  }

  #plain(character: string): void {
    if (this.#quote === character) this.#close();
    else if (this.#quote !== "") this.#add(character);
    else if (character === "'" || character === '"') {
      this.#quote = character;
      this.#add("");
      this.#break();
    } else if (BLANKS.includes(character)) this.#end();
    else {
      const isBreak = this.#breaks.includes(character);
      if (isBreak && BREAKS_REPLACED.includes(character)) this.#break();
      this.#add(character);
      if (isBreak && !BREAKS_REPLACED.includes(character)) this.#break();
    }
  }

  #close(): void {
    this.#quote = "";
    this.#break();
  }

  /** what bash replaces begins here */
  #break(): void {
    this.#kept = this.#word?.length ?? 0;
  }

  #end(): void {
    if (this.#word !== undefined) this.words.push(this.#word);
    this.#word = undefined;
    this.#kept = 0;
  }
}

/**
 * Reads a line as bash does, as far as a single command goes: quotes and backslashes, no expansions.
 *
 * @param line up to the cursor
 * @param breaks COMP_WORDBREAKS: the characters behind which bash begins what it replaces, such as the `@` of an address
 */
export const readBashLine = (line: string, breaks: string): BashLine => new BashReader(breaks).read(line);

/** Everything that bash could take for more than a letter; letters of all scripts are none. */
const SPECIAL = /[^\p{L}\p{M}\p{N}_\-./:=@+,%]/gu;

/** What stands in the place of the last word, so that the whole word reads as `value` and nothing in it is run. */
export function bashWord(value: string, { quote, kept }: BashLine): string {
  const rest = value.slice(kept);
  if (quote === "'") return rest.replaceAll("'", String.raw`'\''`);
  // an exclamation mark between double quotes would recall an earlier line, also behind a backslash
  if (quote === '"') return rest.replaceAll(/["\\$`]/g, String.raw`\$&`).replaceAll("!", `"'!'"`);
  return rest.replaceAll(SPECIAL, String.raw`\$&`);
}
